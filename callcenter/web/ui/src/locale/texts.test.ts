import { expect, test } from "vitest";

import { firstLanguage } from "./index";
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
    expect(said.join("").match(/[@|]/), `${key}: a sign that the catalogue reads as its own`).toBeNull();
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

test("the first language is the browser's, Chinese where it speaks neither", () => {
  expect(firstLanguage(["de", "en-GB", "zh"])).toBe("en");
  expect(firstLanguage(["zh-TW", "en"])).toBe("zh-CN");
  expect(firstLanguage(["fr"])).toBe("zh-CN");
});
