import { expect, test } from "vitest";

import { fromFirst } from "./first";

test("what is before the first that tells anything is left out, and nothing after it", () => {
  const some = (told: number[]): number[] => fromFirst(told, (one) => one > 0);
  expect(some([0, 0, 3, 0, 1])).toEqual([3, 0, 1]);
  expect(some([2, 0])).toEqual([2, 0]);
  expect(some([0, 0])).toEqual([]);
});
