import { expect, test } from "vitest";

import { agent } from "@/testing/people";

import { askedBy, countedByState, fits, teamsOf } from "./asked";
import { callersLook, percent } from "./queues";

const PEOPLE = [
  agent("Alice", { team: "hotline", queues: ["sales", "orders"], state: "paused" }),
  agent("Bob", { team: "orders", queues: ["orders"] }),
  agent("Carol", { team: null, queues: [] }),
].map((now) => ({ now, call: null, phase: null }));

test("an address says who is shown; what it does not know is not asked for", () => {
  const shown = (query: Record<string, unknown>): string[] => PEOPLE.filter((one) => fits(askedBy(query), one)).map((one) => one.now.agent);
  expect(shown({})).toEqual(["Alice", "Bob", "Carol"]);
  expect(shown({ team: "hotline" })).toEqual(["Alice"]);
  expect(shown({ queue: "orders", state: "available" })).toEqual(["Bob"]);
  expect(shown({ name: "aRo" })).toEqual(["Carol"]);
  expect(shown({ team: ["a", "b"], queue: "" })).toEqual(["Alice", "Bob", "Carol"]);
  expect([askedBy({ order: "longest" }).order, askedBy({ order: "weather" }).order]).toEqual(["longest", "attention"]);
});

test("teams and states are those that there are", () => {
  expect(teamsOf(PEOPLE)).toEqual(["hotline", "orders"]);
  expect(countedByState(PEOPLE)).toEqual({ paused: 1, available: 2 });
});

test("a queue is looked after where callers wait too long, or for nobody", () => {
  const queue = { queue: "sales", waiting: 1, oldest_joined_at: 0, ready: 1, signed_in: 2, answered: 0, abandoned: 0, other_exits: 0, refused: 0, threshold_seconds: 20, service_level: null };
  expect(callersLook(queue, 20)).toBe("warn");
  expect(callersLook(queue, 20.1)).toBe("bad");
  expect(callersLook({ ...queue, ready: 0 }, 1)).toBe("bad");
  expect(callersLook({ ...queue, waiting: 0, ready: 0 }, null)).toBe("");
  expect([percent(0.8113), percent(null)]).toEqual(["81.1%", "–"]);
});
