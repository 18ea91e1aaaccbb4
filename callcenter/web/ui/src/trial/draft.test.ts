import { expect, test } from "vitest";

import { linesOf, otherwise } from "./draft";

const WRITTEN = {
  editions: [
    { version: "2025.1", violations: { "V-MISSED": { mode: "on", points: 1 } } },
    { version: "2026.1", violations: { "V-MISSED": { mode: "on", points: { from: 2, to: 5 } }, "V-EAT": { title: { en: "Ate", zh: "进食" }, mode: "on", points: 5 } } },
  ],
};

test("the newest edition's rules are listed by code", () => {
  expect(linesOf(WRITTEN, "zh")).toEqual([
    { code: "V-EAT", title: "进食", mode: "on", points: 5 },
    { code: "V-MISSED", title: "V-MISSED", mode: "on", points: null },
  ]);
  expect(linesOf({ editions: "none" }, "en")).toEqual([]);
});

test("a draft is otherwise in one rule, and what is in force stays as it is", () => {
  const draft = otherwise(WRITTEN, "V-MISSED", "shadow", 4) as typeof WRITTEN;
  expect(draft.editions[1]?.violations["V-MISSED"]).toEqual({ mode: "shadow", points: 4 });
  expect(draft.editions[0]?.violations["V-MISSED"]).toEqual({ mode: "on", points: 1 });
  expect(linesOf(WRITTEN, "en")[1]?.points).toBeNull();
  expect(otherwise(WRITTEN, "V-NONE", "off", null)).toEqual(WRITTEN);
});
