import { expect, test } from "vitest";

import { begunIn, changedAgents, copied, daysOf, monday, replaced, shifted, span, type Time, timeOn, type Times, weekOf } from "./roster";

const shift = (agent: string, day: string, from = "09:00", to = "18:00"): Time => timeOn(agent, day, from, to, "");
const week = (...shifts: Time[]): Times => ({ shifts, leave: [], breaks: [] });

test("a week begins on its Monday, over the end of a year too", () => {
  expect(["2026-12-28", "2027-01-01", "2027-01-03"].map(monday)).toEqual(["2026-12-28", "2026-12-28", "2026-12-28"]);
  expect(weekOf("2026-12-28").at(-1)).toBe("2027-01-03");
});

test("a shift over midnight ends on the next day, and is moved whole", () => {
  const night = shift("Alice", "2026-12-31", "22:00", "06:00");
  expect([night.to, span(night)]).toEqual(["2027-01-01T06:00", "22:00–06:00 +1"]);
  expect(shifted(night, 1, "Bob")).toEqual({ agent: "Bob", from: "2027-01-01T22:00", to: "2027-01-02T06:00", note: null });
  expect(shifted({ ...night, from: "2026-12-31T22:00:00+08:00" }, -1).from).toBe("2026-12-30T22:00:00+08:00");
});

test("a copied week takes the place of what was there, and names whose week is otherwise", () => {
  const was = week(shift("Alice", "2026-12-07"), shift("Bob", "2026-12-08"));
  const now = copied(was, [shift("Alice", "2026-11-30"), shift("Bob", "2026-12-02")], 7);
  expect(now.shifts.map((one) => one.from)).toEqual(["2026-12-07T09:00", "2026-12-09T09:00"]);
  expect(changedAgents(was, now)).toEqual(["Bob"]);
  expect(daysOf("2026-12-07", ["Bob"], now)).toEqual({
    first: "2026-12-07", last: "2026-12-13", agents: ["Bob"], leave: [], breaks: [],
    shifts: [{ agent: "Bob", from: "2026-12-09T09:00", to: "2026-12-09T18:00" }],
  });
});

test("what is taken out is gone, and what runs in from the week before is not the week's", () => {
  const [one, two] = [shift("Alice", "2026-12-07"), shift("Alice", "2026-12-06", "22:00", "06:00")];
  expect(replaced(week(one), "shifts", one, null).shifts).toEqual([]);
  expect(replaced(week(one, { ...one }), "shifts", one, null).shifts).toEqual([one]);
  expect(begunIn(week(one, two), "2026-12-07").shifts).toEqual([one]);
});
