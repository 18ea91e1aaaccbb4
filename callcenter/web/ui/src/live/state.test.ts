import { describe, expect, test } from "vitest";

import { type CallNow, type LiveState, nothingTold, told } from "./state";

const HEARD = 1000;

function after(state: LiveState, ...events: [string, Record<string, unknown>][]): LiveState {
  return events.reduce((now, [name, said], n) => told(now, { name, said, id: now.id + 1 + n, heardAt: HEARD }), state);
}

function call(what: string, uniqueid = "c1", at = 990): Record<string, unknown> {
  return { what, at, uniqueid, queue: "sales", agent: "Alice" } satisfies CallNow;
}

const SNAPSHOT = {
  floor: {
    now: 1002,
    timezone: "Asia/Shanghai",
    rings: { most: 3, seconds: 5 },
    queues: [{ queue: "sales", waiting: 1 }],
    agents: [{ agent: "Alice", state: "ringing" }],
  },
  calls: [call("rang"), call("rang", "c0", 970), call("talk_began", "c0")],
  pops: [{ visit: { uniqueid: "c1" }, cards: [] }],
  lost_calls: { sales: { open: 2, since: null } },
  age: { state: "followed", data_age_seconds: 0.4 },
};

describe("a snapshot", () => {
  const state = after(nothingTold(), ["snapshot", SNAPSHOT]);

  test("is the whole truth, by the switch's clock", () => {
    expect(state.ahead).toBe(2);
    expect(Object.keys(state.queues)).toEqual(["sales"]);
    expect(Object.values(state.ringing).map((one) => one.uniqueid)).toEqual(["c1"]);
    expect(Object.keys(state.held)).toEqual([]);
    expect(Object.values(state.talking).map((one) => [one.uniqueid, one.rang_at])).toEqual([["c0", 970]]);
    expect(state.rings).toEqual({ most: 3, seconds: 5 });
    expect([state.followed, state.age]).toEqual([true, { seconds: 0.4, heardAt: HEARD }]);
  });

  test("takes the place of all that was told before, and lets every list be asked anew", () => {
    const later = after(state, ["snapshot", { age: { state: "not_followed", data_age_seconds: null } }]);
    expect([later.ringing, later.pops, later.queues, later.followed]).toEqual([{}, {}, {}, false]);
    expect(later.news).toEqual({ lost: 2, cases: 2, records: 2, desk: 2, acts: 2 });
  });
});

test("a ring ends by an answer, a talk by its end, which is kept for whoever writes it up", () => {
  const rang = after(nothingTold(), ["calls", call("rang")]);
  const talks = after(rang, ["calls", call("talk_began", "c1", 995)]);
  const over = after(talks, ["calls", call("talk_ended", "c1", 999)]);
  expect([Object.keys(rang.ringing).length, Object.keys(talks.ringing).length]).toEqual([1, 0]);
  expect([Object.keys(talks.talking).length, Object.keys(over.talking).length]).toEqual([1, 0]);
  expect(over.ended.Alice?.at).toBe(999);
  expect(Object.values(talks.talking).map((one) => one.rang_at)).toEqual([990]);
});

test("a ring at one phone ends without the ring at another", () => {
  const two = after(nothingTold(), ["calls", call("rang")], ["calls", { ...call("rang"), agent: "Bob" }]);
  const one = after(two, ["calls", call("offer_ended")]);
  expect(Object.values(one.ringing).map((each) => each.agent)).toEqual(["Bob"]);
});

test("who is gone from the floor is gone from the page", () => {
  const there = after(nothingTold(), ["floor", { agent: { agent: "Alice", state: "available" } }]);
  expect(Object.keys(there.agents)).toEqual(["Alice"]);
  expect(after(there, ["floor", { agent_gone: "Alice" }]).agents).toEqual({});
});

test("what is not known changes nothing", () => {
  const state = after(nothingTold(), ["snapshot", SNAPSHOT]);
  expect({ ...after(state, ["weather", { rain: true }]), id: state.id }).toEqual(state);
});

test("who listens to one's own call is shown as long as they do, and whatever else leads did is asked anew", () => {
  const who = { what: "listens", line: "l1", by: "Li", mode: "whisper" };
  const listened = after(nothingTold(), ["acts", who], ["acts", { what: "paused", id: "n1" }]);
  expect([listened.listening.l1?.by, listened.news.acts]).toEqual(["Li", 1]);
  expect(after(listened, ["acts", { what: "listened", line: "l1" }]).listening).toEqual({});
  const hears = { what: "hears", line: "l3", agent: "Alice", mode: "barge" };
  const heard = after(listened, ["acts", hears]);
  expect([heard.hearing.l3?.agent, Object.keys(heard.listening)]).toEqual(["Alice", ["l1"]]);
  expect(after(heard, ["acts", { what: "listened", line: "l3" }]).hearing).toEqual({});
  expect(after(heard, ["snapshot", { acts: [who, hears] }]).hearing).toEqual({ l3: hears });
  expect(Object.keys(after(listened, ["snapshot", { acts: [{ ...who, line: "l2" }] }]).listening)).toEqual(["l2"]);
});
