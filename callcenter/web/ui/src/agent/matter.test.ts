import { expect, test } from "vitest";

import { type CallNow, key, type LiveState, nothingTold, type PopNow } from "@/live/state";

import { type Matter, matterAfter, noteAfter, ringsBegun } from "./matter";

const RANG: CallNow = { what: "rang", at: 100, uniqueid: "c1", queue: "sales", agent: "Alice" };
const POP = { visit: { uniqueid: "c1" }, cards: [] } as unknown as PopNow;

function floor(...changes: Partial<LiveState>[]): LiveState {
  return Object.assign(nothingTold(), ...changes) as LiveState;
}

const ringing = floor({ ringing: { [key(RANG)]: RANG }, pops: { c1: POP } });
const talking = floor({ talking: { [key(RANG)]: { ...RANG, what: "talk_began", at: 107 } } });

test("rings begin at the cadence of the rulebook: the fourth as the third is over", () => {
  expect([100, 104.99, 105, 114.99, 115].map((now) => ringsBegun(100, now, 5))).toEqual([1, 1, 2, 3, 4]);
  expect([ringsBegun(null, 100, 5), ringsBegun(100, 107, undefined)]).toEqual([0, 0]);
});

test("a call goes from its ring over the talk to its note, with the same customer", () => {
  const rung = matterAfter(null, ringing, "Alice");
  const talked = matterAfter(rung, talking, "Alice");
  const over = matterAfter(talked, floor({ ended: { Alice: { ...RANG, what: "talk_ended", at: 160 } } }), "Alice");
  expect([rung?.phase, talked?.phase, over?.phase]).toEqual(["ringing", "talking", "wrap_up"]);
  expect([talked?.pop, over?.pop, over?.since]).toEqual([POP, POP, 160]);
});

test("a ring that nobody answered leaves nothing to write up", () => {
  expect(matterAfter(matterAfter(null, ringing, "Alice"), floor(), "Alice")).toBeNull();
});

test("a call that was lost in its talk and rings again in vain is still to be written up", () => {
  const again = matterAfter(matterAfter(null, talking, "Alice"), ringing, "Alice");
  expect([again?.phase, matterAfter(again, floor(), "Alice")?.phase]).toEqual(["ringing", "wrap_up"]);
});

test("a note that is being written stays until the next ring", () => {
  const note: Matter = { uniqueid: "c0", queue: null, phase: "wrap_up", since: 1, at: 1, pop: null, talked: true };
  expect(matterAfter(note, floor(), "Alice")).toBe(note);
  expect(matterAfter(note, ringing, "Alice")?.uniqueid).toBe("c1");
});

test("a ring takes no note out of anybody's hands: its own begins with the answer", () => {
  const note: Matter = { uniqueid: "c0", queue: null, phase: "wrap_up", since: 1, at: 1, pop: null, talked: true };
  const rung = matterAfter(note, ringing, "Alice");
  expect([noteAfter(note, rung), noteAfter(note, null), noteAfter(null, rung)]).toEqual([note, note, null]);
  const talked = matterAfter(rung, talking, "Alice");
  expect(noteAfter(note, talked)?.uniqueid).toBe("c1");
  expect(noteAfter(talked, rung)).toBeNull();
});

test("a call keeps the time of its answer", () => {
  const over = matterAfter(matterAfter(null, talking, "Alice"), floor({ ended: { Alice: { ...RANG, what: "talk_ended", at: 160 } } }), "Alice");
  expect([over?.at, over?.since]).toEqual([107, 160]);
});

test("somebody else's phone is nobody's business here", () => {
  expect(matterAfter(null, ringing, "Bob")).toBeNull();
});
