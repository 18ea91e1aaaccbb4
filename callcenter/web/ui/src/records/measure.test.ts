import { expect, test } from "vitest";

import { barOf } from "./measure";

test("a bar has room for what was measured and for its limit", () => {
  expect(barOf(18, 15, 2)).toEqual({ limit: 60, measured: 72, low: 64, high: 80 });
  expect(barOf(6, 16, null)).toEqual({ limit: 80, measured: 30, low: 30, high: 30 });
});

test("nothing measured against nothing is no fault", () => {
  expect(barOf(0, 0, null).measured).toBe(0);
  expect(barOf(1, 15, 5).low).toBe(0);
});
