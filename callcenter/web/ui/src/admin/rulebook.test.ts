import { expect, test } from "vitest";

import { changed, held, phrase, place, saidBy, typedOf, type WrittenEdition } from "./rulebook";

const EDITION: WrittenEdition = {
  version: "1",
  from: "2026-01-01",
  to: null,
  figures: { rings: 3, away_seconds: 300, accumulated_repeats: true, told_reasons: ["*"], queues: { sales: { wrap_up_seconds: 5 } } },
  promises: { "P-CHAT": { limit_seconds: 60 } },
  violations: {
    "V-MISSED": { mode: "on", points: { from: 2, to: 5, by: "choice" } },
    "V-HANGUP": { mode: "off", points: "no figure", figures: { within_seconds: 3 } },
  },
};

test("what is typed as it was changes nothing, and what is no figure is named", () => {
  const typed = Object.fromEntries(
    [place("figures", "", "rings"), place("violations", "V-MISSED", "points"), place("figures", "", "told_reasons")].map((at) => [at, typedOf(held(EDITION, at))]),
  );
  expect(changed(EDITION, typed)).toEqual({ changes: [], wrong: [] });
  const [rings, points] = [place("figures", "", "rings"), place("violations", "V-MISSED", "points")];
  expect(changed(EDITION, { [rings]: "many", [points]: "5-2" }).wrong).toEqual([rings, points]);
});

test("what differs is written into its part, and nothing else", () => {
  const { changes } = changed(EDITION, {
    [place("figures", "", "rings")]: "4",
    [place("figures", "", "accumulated_repeats")]: "false",
    [place("figures", "", "told_reasons")]: "tea， meal",
    [place("queues", "vip", "service_threshold_seconds")]: "10",
    [place("promises", "P-CHAT", "limit_seconds")]: "90",
    [place("violations", "V-MISSED", "points")]: "1–3",
    [place("violations", "V-HANGUP", "points")]: "2",
    [place("violations", "V-HANGUP", "figures.within_seconds")]: "5",
    [place("violations", "V-HANGUP", "mode")]: "shadow",
  });
  expect(saidBy(changes)).toEqual({
    figures: { rings: 4, accumulated_repeats: false, told_reasons: ["tea", "meal"], queues: { vip: { service_threshold_seconds: 10 } } },
    promises: { "P-CHAT": { limit_seconds: 90 } },
    violations: { "V-MISSED": { points: { from: 1, to: 3, by: "choice" } }, "V-HANGUP": { points: 2, figures: { within_seconds: 5 }, mode: "shadow" } },
  });
});

test("a name that every object has is a name like any other", () => {
  const { changes } = changed(EDITION, { [place("queues", "__proto__", "polluted")]: "10", [place("violations", "constructor", "polluted")]: "7" });
  const said = saidBy(changes);
  expect(JSON.parse(JSON.stringify(said)).violations.constructor).toEqual({ polluted: 7 });
  expect(Object.keys(said.figures.queues as object)).toEqual(["__proto__"]);
  expect([({} as Record<string, unknown>).polluted, (Object as unknown as Record<string, unknown>).polluted]).toEqual([undefined, undefined]);
});

test("each kind of value is said in words", () => {
  expect([phrase("mode", "on"), phrase("away_seconds", 300), phrase("points", null)].every((told) => told !== "" && !told.includes("null"))).toBe(true);
  expect(phrase("points", { from: 2, to: 5, by: "choice" })).toContain("2");
  expect(phrase("told_reasons", ["a", "b"])).toBe("a · b");
});
