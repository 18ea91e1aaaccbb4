import { expect, test } from "vitest";

import { gridOf, heightOf, nearOf, nextOf, placeOf } from "./window";

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

test("what is seen is made at once, what is near beyond it some rows at a time, and what is far goes", () => {
  const four = gridOf(1000, TILE);
  // of nothing, or of what is far, what is seen
  expect(nextOf([0, 0], [40, 80], [52, 68], four)).toEqual([52, 76]);
  expect(nextOf([400, 480], [40, 80], [52, 68], four)).toEqual([52, 76]);
  // below first, then above, until all is made
  expect(nextOf([52, 76], [40, 80], [52, 68], four)).toEqual([52, 80]);
  expect(nextOf([52, 80], [40, 80], [52, 68], four)).toEqual([44, 80]);
  expect(nextOf([44, 80], [40, 80], [52, 68], four)).toEqual([40, 80]);
  expect(nextOf([40, 80], [40, 80], [52, 68], four)).toEqual([40, 80]);
  // a turn of the wheel: what was left behind goes, what came into view is there
  expect(nextOf([40, 80], [56, 96], [68, 84], four)).toEqual([56, 92]);
  // one row at least, however many stand in it
  expect(nextOf([0, 60], [0, 120], [0, 60], { ...four, columns: 12 })).toEqual([0, 72]);
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
