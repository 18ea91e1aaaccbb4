import { expect, test } from "vitest";

import { barOf, figure } from "./measure";

test("a bar has room for what was measured and for its limit", () => {
  expect(barOf(18, 15, 2)).toEqual({ limit: 60, measured: 72, low: 64, high: 80 });
  expect(barOf(6, 16, null)).toEqual({ limit: 80, measured: 30, low: 30, high: 30 });
});

test("a figure has the places that tell it from its limit, and from nothing", () => {
  expect([figure(16.2103, 15), figure(25, 15), figure(15.0412, 15), figure(15, 15)]).toEqual(["16.2", "25", "15.04", "15"]);
  expect([figure(0.0123), figure(0), figure(15.000001, 15)]).toEqual(["0.01", "0", "15.000001"]);
});

test("nothing measured against nothing is no fault", () => {
  expect(barOf(0, 0, null).measured).toBe(0);
  expect(barOf(1, 15, 5).low).toBe(0);
});
