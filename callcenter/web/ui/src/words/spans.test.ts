import { expect, test } from "vitest";

import { i18n } from "@/locale";

import { left, span } from "./spans";

test("what lasts for seconds to days is said with its units, in both languages", () => {
  const told = [-3, 0, 20.7, 59 * 60, 6_780, 3_600, 86_399, 90_000];
  i18n.global.locale.value = "en";
  expect(told.map(span)).toEqual(["0 s", "0 s", "20 s", "59 min", "1 h 53 min", "1 h 0 min", "23 h 59 min", "1 d 1 h"]);
  expect(span(null)).toBe("–");
  i18n.global.locale.value = "zh-CN";
  expect(told.map(span)).toEqual(["0 秒", "0 秒", "20 秒", "59 分", "1 小时 53 分", "1 小时 0 分", "23 小时 59 分", "1 天 1 小时"]);
});

test("nothing is left of a clock once it is over", () => {
  i18n.global.locale.value = "en";
  expect(left(1000 + 20400, 1000)).toBe("5 h 40 min");
  expect(left(1000, 1000)).toBeNull();
});
