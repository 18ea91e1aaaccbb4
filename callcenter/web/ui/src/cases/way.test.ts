import { expect, test } from "vitest";

import { wayOf } from "./way";

const line = (hour: number, state: string) => ({ at: `2026-11-26T${String(hour).padStart(2, "0")}:00:00Z`, state: state as never });
const NOW = Date.parse("2026-11-26T12:00:00Z") / 1000;

test("a way has each state with the time in it, where it is now, and what lies before it", () => {
  const way = wayOf([line(1, "recorded"), line(3, "recorded"), line(4, "analysed"), line(5, "assigned")], true, NOW);
  expect(way.slice(0, 3).map((one) => [one.state, one.seconds, one.now])).toEqual([
    ["recorded", 3 * 3600, false],
    ["analysed", 3600, false],
    ["assigned", 7 * 3600, true],
  ]);
  expect(way.slice(3).map((one) => one.state)).toEqual(["proposed", "approved", "agreed", "carried_out", "feedback", "summarised", "archived"]);
});

test("what is not upheld or withdrawn goes to the archive, and nobody knows what comes of a review", () => {
  const after = (state: string, upheld: boolean | null): string[] => wayOf([line(1, state)], upheld, NOW).slice(1).map((one) => one.state);
  expect(after("analysed", false)).toEqual(["not_upheld", "archived"]);
  expect(after("withdrawn", true)).toEqual(["archived"]);
  expect(after("under_review", true)).toEqual([]);
  expect(wayOf([line(1, "archived")], true, NOW)).toMatchObject([{ state: "archived", seconds: null, now: true }]);
  expect(wayOf([], null, NOW)).toEqual([]);
});
