import { describe, expect, test } from "vitest";

import { type CallNow, type LiveState, nothingTold, told } from "@/live/state";
import type { PhoneCall, PhoneState } from "@/phone/port";

import { dialled, inOrder, lackOf, nextState, poor, shownOf, toldOf } from "./call";

const CALL: PhoneCall = {
  key: "k1",
  direction: "in",
  number: "13800000001",
  name: "",
  channel: null,
  phase: "ringing",
  since: 1_000_000,
  muted: false,
  held: false,
  quality: null,
};
const said = (what: string, uniqueid = "c1", agent = "Alice"): CallNow => ({ what, at: 990, uniqueid, queue: "sales", agent });

function after(...calls: CallNow[]): LiveState {
  return calls.reduce(
    (now, call) => told(now, { name: "calls", id: now.id + 1, said: { ...call }, heardAt: 1000 }),
    { ...nothingTold(), ahead: 2 },
  );
}

describe("what the switch tells of a call", () => {
  test("is found by its channel, and without one where there is a single call of the agent's", () => {
    const two = after(said("rang"), said("rang", "c2"), said("rang", "c3", "Bob"));
    expect(toldOf({ ...CALL, channel: "c2" }, two, "Alice")?.uniqueid).toBe("c2");
    expect(toldOf({ ...CALL, channel: "c9" }, two, "Alice")).toBeNull();
    expect(toldOf(CALL, two, "Alice")).toBeNull();
    expect(toldOf(CALL, after(said("rang"), said("rang", "c3", "Bob")), "Alice")?.uniqueid).toBe("c1");
    expect(toldOf({ ...CALL, direction: "out" }, after(said("rang")), "Alice")).toBeNull();
  });

  test("says since when it rings and whether it is held, whatever the phone has asked for", () => {
    expect(shownOf(CALL, after(), "Alice")).toMatchObject({ since: 1002, queue: null, uniqueid: null });
    expect(shownOf(CALL, after(said("rang")), "Alice")).toMatchObject({ since: 990, queue: "sales", uniqueid: "c1" });
    const talking = { ...CALL, phase: "talking", held: true } as const;
    expect(shownOf(talking, after(said("rang"), said("talk_began")), "Alice")).toMatchObject({ held: false, asked: true });
    const held = after(said("rang"), said("talk_began"), said("held"));
    expect(shownOf(talking, held, "Alice")).toMatchObject({ held: true, asked: false });
    expect(shownOf({ ...talking, held: false }, held, "Alice")).toMatchObject({ held: true, asked: true });
    expect(shownOf(talking, after(said("rang"), said("talk_began"), said("held"), said("taken_back")), "Alice").held).toBe(false);
  });

  test("is not waited for where the switch knows nothing of the call", () => {
    const out = { ...CALL, direction: "out", phase: "talking", held: true } as const;
    expect(shownOf(out, after(), "Alice")).toMatchObject({ held: true, asked: false, since: 1002 });
  });

  test("that a call which is answered on the phone still rings is not its beginning", () => {
    expect(shownOf({ ...CALL, phase: "talking" }, after(said("rang")), "Alice").since).toBe(1002);
  });
});

test("the buttons are about who is asked, then who is talked with, who is held, who rings; the waiting one is last", () => {
  const one = (key: string, phase: PhoneCall["phase"], held = false) => shownOf({ ...CALL, key, phase, held }, after(), "Alice");
  const order = (...calls: ReturnType<typeof one>[]) => inOrder(calls, null).map((call) => call.key);
  expect(order(one("r", "ringing"), one("h", "talking", true), one("t", "talking"))).toEqual(["t", "h", "r"]);
  const asking = inOrder([one("w", "talking", true), one("a", "dialling"), one("r", "ringing")], { waiting: "w", asked: "a" });
  expect(asking.map((call) => call.key)).toEqual(["a", "r", "w"]);
  const swapped = inOrder([one("w", "talking"), one("a", "talking", true)], { waiting: "w", asked: "a" });
  expect(swapped.map((call) => call.key)).toEqual(["w", "a"]);
});

test("a call is poor beyond 3 % lost or 400 ms there and back", () => {
  const quality = { loss: 0.03, jitterMs: 0, roundTripMs: 400 };
  expect([null, quality, { ...quality, roundTripMs: null }].map(poor)).toEqual([false, false, false]);
  expect([{ ...quality, loss: 0.04 }, { ...quality, roundTripMs: 401 }].map(poor)).toEqual([true, true]);
});

test("a phone lacks the first thing that keeps it from ringing", () => {
  const ready = { link: "registered", sound: "open", microphone: "open" } as PhoneState;
  expect(lackOf(ready)).toBeNull();
  expect(lackOf({ ...ready, link: "elsewhere", sound: "locked" })).toBe("elsewhere");
  expect(lackOf({ ...ready, link: "other_tab" })).toBe("other_tab");
  expect(lackOf({ ...ready, sound: "unasked", microphone: "denied" })).toBe("microphone_denied");
  expect(lackOf({ ...ready, sound: "unasked", microphone: "unasked", link: "off" })).toBe("sound_unasked");
  expect(lackOf({ ...ready, microphone: "unasked" })).toBe("microphone_unasked");
  expect(lackOf({ ...ready, link: "lost" })).toBe("lost");
});

test("a number is dialled without what makes it readable, and a name is none", () => {
  expect(["138 0000-0001", "*47123456", "1001", "+86 571"].map(dialled)).toEqual(["13800000001", "*47123456", "1001", "+86571"]);
  expect(["Bob", "", "1", "0".repeat(21)].map(dialled)).toEqual([null, null, null, null]);
});

test("the next state leads from signed out over ready to a pause and back; in a call it is after-call work, or nothing", () => {
  expect(["unknown", "offline", "available", "paused", "system_paused", "wrap_up"].map((state) => nextState(state, null))).toEqual([
    "sign_in", "sign_in", "pause", "ready", "ready", "ready",
  ]);
  expect([nextState("talking", null), nextState("talking", "paused")]).toEqual(["after_call_work", "ready"]);
});
