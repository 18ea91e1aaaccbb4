import { expect, test } from "vitest";

import { firstLanguage, i18n, say, type TextKey } from "./index";
import texts from "./texts.json";

const TEXTS = Object.entries(texts) as [string, string[]][];
const SOURCES = import.meta.glob(["../**/*.vue", "../**/*.ts", "!../**/*.test.ts", "!../api/schema.d.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
}) as Record<string, string>;
const CODE = Object.values(SOURCES).join("\n");
const gaps = (text: string | undefined): string[] => (text?.match(/\{\w+\}/g) ?? []).sort();

test("each text is there in both languages, with the same gaps", () => {
  for (const [key, said] of TEXTS) {
    expect(said, key).toHaveLength(2);
    expect(said.every((text) => text.trim() === text && text !== ""), key).toBe(true);
    expect(gaps(said[1]), key).toEqual(gaps(said[0]));
    expect(said.join("").replace(/\{\w+\}/g, "").match(/[{}]/), `${key}: a gap without a name`).toBeNull();
  }
});

test("each text is said somewhere, alone or as one of a family", () => {
  const families = new Set([...CODE.matchAll(/sayOne\(["']([\w.]+)["']/g)].map((found) => found[1]));
  const quoted = new Set([...CODE.matchAll(/["'](?=([\w.-]+)["'])/g)].map((found) => found[1]));
  const unsaid = TEXTS.map(([key]) => key).filter(
    (key) => !quoted.has(key) && !families.has(key.slice(0, key.lastIndexOf("."))),
  );
  expect(unsaid).toEqual([]);
});

test("no module holds a Chinese word but the name of the language", () => {
  const found = Object.entries(SOURCES).filter(([, source]) => /\p{Script=Han}/u.test(source));
  expect(found.map(([path]) => path)).toEqual([]);
});

test("a text is filled as it is, and what is not given is left out", () => {
  const key = TEXTS.find(([, said]) => gaps(said[0]).length === 1)?.[0] as TextKey;
  const gap = (gaps(texts[key][0])[0] as string).slice(1, -1);
  const begun = i18n.global.locale.value;
  i18n.global.locale.value = "en";
  expect(say(key, { [gap]: "$& {x} @:y | z" })).toBe((texts[key][0] as string).split(`{${gap}}`).join("$& {x} @:y | z"));
  expect(say(key)).toBe((texts[key][0] as string).split(`{${gap}}`).join(""));
  i18n.global.locale.value = begun;
});

test("the first language is the browser's, Chinese where it speaks neither", () => {
  expect(firstLanguage(["de", "en-GB", "zh"])).toBe("en");
  expect(firstLanguage(["zh-TW", "en"])).toBe("zh-CN");
  expect(firstLanguage(["fr"])).toBe("zh-CN");
});
