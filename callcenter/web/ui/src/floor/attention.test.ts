import { expect, test } from "vitest";

import type { AgentNow, CallNow } from "@/live/state";
import { agent } from "@/testing/people";

import { attention, type Order, placed, ringsOf } from "./attention";
import { type CallPhase, peopleOf, type Person } from "./people";

const NOW = 10_000;
const RINGS = { most: 3, seconds: 5 };

function person(name: string, told: Partial<AgentNow> = {}, phase: CallPhase | null = null, at = NOW): Person {
  const call: CallNow = { what: "rang", at, uniqueid: "c1", queue: "sales", agent: name };
  return { now: agent(name, { since: NOW - 60, ...told }), call: phase === null ? null : call, phase };
}

const names = (people: Person[], order: Order): string[] => placed(people, NOW, RINGS, order).map((one) => one.person.now.agent);

test("each reason to look after somebody is found, and just before it none", () => {
  const cases: [Person, string | null][] = [
    [person("a", { state: "ringing" }, "ringing", NOW - 15), "rings_late"],
    [person("a", { state: "ringing" }, "ringing", NOW - 14.9), null],
    [person("a", { state: "talking" }, "talking", NOW - 900), null],
    [person("a", { state: "system_paused" }), "system_pause"],
    [person("a", { unreachable: true }), "unreachable"],
    [person("a", { unreachable: true, queues: [] }), null],
    [person("a", { state: "blocked" }), "blocked"],
    [person("a", { page_failures: 3 }), "page_fails"],
    [person("a", { page_failures: 2 }), null],
    [person("a", { state: "paused", since: NOW - 601 }), "paused_long"],
    [person("a", { state: "paused", since: NOW - 600 }), null],
    [person("a", { state: "paused", since: null }), null],
    [person("a", { missed: 3 }), "missed"],
    [person("a", { missed: 2 }), null],
  ];
  for (const [one, why] of cases) expect(attention(one, NOW, RINGS), JSON.stringify(one)).toBe(why);
  expect(attention(person("a", {}, "ringing", NOW - 99), NOW, null)).toBe(null);
});

test("rings are counted while they ring, and are told of the call that was answered", () => {
  const talks = (rangAt: number | null): Person => {
    const one = person("a", {}, "talking", NOW - 100);
    return { ...one, call: one.call && { ...one.call, rang_at: rangAt } };
  };
  expect(ringsOf(person("a", {}, "ringing", NOW - 15), NOW, RINGS)).toBe(4);
  expect(ringsOf(talks(NOW - 106), NOW, RINGS)).toBe(2);
  for (const unknown of [talks(null), person("a")]) expect(ringsOf(unknown, NOW, RINGS)).toBe(null);
  expect(ringsOf(talks(NOW - 106), NOW, null)).toBe(null);
});

test("who needs attention comes first, by how pressing it is; then by what they do, the longest first", () => {
  const people = [
    person("ready", {}),
    person("out", { state: "offline" }),
    person("talks", { state: "talking" }, "talking"),
    person("talks longer", { state: "talking", since: NOW - 300 }, "talking"),
    person("unknown since", { state: "talking", since: null }, "talking"),
    person("missed 3", { missed: 3 }),
    person("missed 5", { missed: 5 }),
    person("blocked", { state: "blocked" }),
    person("late", { state: "ringing" }, "ringing", NOW - 20),
    person("odd", { state: "something new" }),
  ];
  const sorted = ["late", "blocked", "missed 5", "missed 3", "talks longer", "talks", "unknown since", "ready", "out", "odd"];
  expect(names(people, "attention")).toEqual(sorted);
  expect(names(people.toReversed(), "attention")).toEqual(sorted);
});

test("people are ordered by name, or by who has done longest what they do", () => {
  const people = [person("b", { since: 5 }), person("a", { since: null }), person("c", { since: 1 })];
  expect(names(people, "name")).toEqual(["a", "b", "c"]);
  expect(names(people, "longest")).toEqual(["c", "b", "a"]);
});

test("a person has the call that rings or that they are in, and stays the same value while nothing changes", () => {
  const call = (name: string, what: string): CallNow => ({ what, at: 1, uniqueid: "c1", queue: "sales", agent: name });
  const told = {
    agents: { A: agent("A"), B: agent("B"), C: agent("C") },
    ringing: { a: call("A", "rang") },
    talking: { b: call("B", "talk_began") },
    held: { b: call("B", "held") },
  };
  const first = peopleOf(told);
  expect([...first.values()].map((one) => [one.call?.what ?? null, one.phase])).toEqual([["rang", "ringing"], ["talk_began", "held"], [null, null]]);
  const then = peopleOf({ ...told, held: {} }, first);
  expect(["A", "B", "C"].map((name) => then.get(name) === first.get(name))).toEqual([true, false, true]);
  expect(then.get("B")?.phase).toBe("talking");
  expect([...peopleOf({ ...told, agents: { A: told.agents.A } }, then).keys()]).toEqual(["A"]);
});
