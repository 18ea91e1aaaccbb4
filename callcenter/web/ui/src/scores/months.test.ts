import { expect, test } from "vitest";

import { daysOf, monthAt, monthOf, quarterOf, quartersBefore } from "./months";

test("what an address says is a month or a quarter, or nothing", () => {
  expect([monthOf("2026-11"), monthOf("2026-13"), monthOf(["2026-11"])]).toEqual(["2026-11", null, null]);
  expect([quarterOf("2026-4"), quarterOf("2026-5"), quarterOf(undefined)]).toEqual([{ year: 2026, quarter: 4 }, null, null]);
});

test("a month is that of the department's zone, and has its days", () => {
  expect(monthAt(Date.parse("2026-10-31T17:00:00Z") / 1000, "Asia/Shanghai")).toBe("2026-11");
  expect(daysOf("2026-02")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
  expect(daysOf("2028-02").to).toBe("2028-02-29");
});

test("quarters are told from the latest one back, over the year's end", () => {
  expect(quartersBefore("2026-02", 3)).toEqual(["2026-1", "2025-4", "2025-3"]);
});
