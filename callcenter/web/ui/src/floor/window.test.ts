import { expect, test } from "vitest";

import { gridOf, heightOf, nearOf, placeOf } from "./window";

const TILE = { least: 208, height: 96, gap: 8 };
const ROW = { least: Infinity, height: 36, gap: 0 };

test("as many columns as fit share the width, and there is always one", () => {
  expect(gridOf(1000, TILE)).toEqual({ columns: 4, width: 244, step: 104, gap: 8 });
  expect(gridOf(640, TILE)).toEqual({ columns: 3, width: 208, step: 104, gap: 8 });
  expect(gridOf(100, TILE)).toMatchObject({ columns: 1, width: 100 });
  expect(gridOf(1000, ROW)).toEqual({ columns: 1, width: 1000, step: 36, gap: 0 });
});

test("whole rows are near: those that are seen, and some beyond", () => {
  const four = gridOf(1000, TILE);
  expect(nearOf(200, 1000, four)).toEqual([0, 11 * 4]);
  expect(nearOf(-5200, 1000, four)).toEqual([46 * 4, 63 * 4]);
  expect(nearOf(5000, 1000, four)).toEqual([0, 0]);
});

test("every box has its place, one row behind the other", () => {
  const four = gridOf(1000, TILE);
  expect(placeOf(0, four)).toEqual({ width: "244px", transform: "translate(0px, 0px)" });
  expect(placeOf(6, four)).toEqual({ width: "244px", transform: "translate(504px, 104px)" });
  expect(heightOf(8, four)).toBe("200px");
  expect(heightOf(9, four)).toBe("304px");
  expect(heightOf(0, four)).toBe("0px");
  expect(heightOf(3, gridOf(1000, ROW))).toBe("108px");
});
