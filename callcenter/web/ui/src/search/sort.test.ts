import { expect, test } from "vitest";

import { sort } from "./sort";

test("one box takes a number, the number of a case, or a name", () => {
  expect(sort(" 138 1234-5678 ").number).toBe("138 1234-5678");
  expect(sort("+86 571 88880000").number).toBe("+86 571 88880000");
  expect(sort("2026-11-0032")).toEqual({ number: null, caseNumber: "2026-11-0032", name: null });
  expect(sort("陈女士").name).toBe("陈女士");
  expect(sort("  ").name).toBeNull();
});
