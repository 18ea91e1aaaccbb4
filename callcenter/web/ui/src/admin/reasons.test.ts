import { expect, test } from "vitest";

import { areReasons, areSound, isSame, type ReasonTyped, subjectOf, swapped, toldReasons, typedReasons } from "./reasons";

const SITE = [
  { code: "tea", name: "tea", offered: true, zh: "", en: "Tea", told: true },
  { code: "old", name: "old", offered: false, zh: "", en: "", told: false },
  { code: "meal", name: "meal", offered: true, zh: "午餐", en: "", told: false },
];

function made(code: string): ReasonTyped {
  return { code, zh: "", en: "", old: false };
}

test("what is offered is written anew, what is retired is not", () => {
  const typed = typedReasons(SITE);
  expect(typed.map((one) => one.code)).toEqual(["tea", "meal"]);
  expect(isSame(typed, SITE)).toBe(true);
  expect(isSame(swapped(typed, 0, 1), SITE)).toBe(false);
  expect(toldReasons([{ ...made(" drill "), en: " Drill " }])).toEqual([{ code: "drill", zh: "", en: "Drill" }]);
});

test("a reason changes places with its neighbour, and the last with none", () => {
  expect(swapped(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
  expect(swapped(["a", "b", "c"], 2, 1)).toEqual(["a", "b", "c"]);
});

test("codes are sound where each can be one and none is there twice", () => {
  expect(areSound([made("tea"), made("case work")])).toBe(true);
  for (const wrong of [[], [made("tea"), made("tea ")], [made("acw")], [made("茶")], [made("")]]) expect(areSound(wrong)).toBe(false);
});

test("a change of them is called by their codes, and not without end", () => {
  expect(subjectOf([made("tea"), made("meal")])).toBe("tea · meal");
  expect(subjectOf(Array.from({ length: 30 }, (_, n) => made(`reason ${n}`)))).toHaveLength(80);
  expect(areReasons([made("tea")])).toBe(true);
  expect(areReasons([{}])).toBe(false);
});
