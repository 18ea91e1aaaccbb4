import { expect, test } from "vitest";

import { bodyOf, enough, keyOf, type Step } from "./steps";

const STEP: Step = {
  action: "confirm", item: null, may: true, why_not: null, roles: [], needs_words: true, least_points: 2, most_points: 5, severities: [],
};
const REDUCE: Step = { ...STEP, action: "reduce", least_points: 0, most_points: 1, severities: ["warning"] };

test("a step sends what it has room for, and nothing else", () => {
  expect(bodyOf(STEP, " so it was ", 3, "minor")).toEqual({ note: "so it was", points: 3 });
  expect(bodyOf(REDUCE, "less", null, "warning")).toEqual({ note: "less", severity: "warning" });
  expect(bodyOf({ ...STEP, action: "check", item: "agent_heard", least_points: null }, "", 2, null)).toEqual({ note: "", item: "agent_heard" });
  expect(keyOf({ ...STEP, action: "check", item: "agent_heard" })).toBe("check agent_heard");
});

test("words are needed where the step says so, and a reduction says by what", () => {
  expect(enough({ ...STEP, action: "notify", needs_words: false }, "", null, null)).toBe(true);
  expect(enough(STEP, " \n", 2, null)).toBe(false);
  expect(enough(STEP, "so it was", null, null)).toBe(true);
  expect(enough(REDUCE, " ", 1, null)).toBe(false);
  expect(enough(REDUCE, "less", null, null)).toBe(false);
  expect(enough(REDUCE, "less", null, "warning")).toBe(true);
});
