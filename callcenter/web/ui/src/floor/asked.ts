/** Of whom the floor shows what, as its address says. */
import { stateOf } from "@/desk/looks";

import { ORDERS, type Order } from "./attention";
import type { Person } from "./people";

export interface Asked {
  team: string | null;
  queue: string | null;
  state: string | null;
  name: string | null;
  order: Order;
}

export const FILTERS = ["team", "queue", "state", "name"] as const;

/** Reads an address; what it does not say, or says of nothing that there is, is not asked for. */
export function askedBy(query: Record<string, unknown>): Asked {
  const text = (name: string): string | null => {
    const value = query[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const order = ORDERS.find((one) => one === query.order) ?? "attention";
  return { team: text("team"), queue: text("queue"), state: text("state"), name: text("name"), order };
}

/** Tells whether a person is asked for. */
export function fits(asked: Asked, { now }: Person): boolean {
  return (
    (asked.team === null || now.team === asked.team) &&
    (asked.queue === null || now.queues.includes(asked.queue)) &&
    (asked.state === null || stateOf(now) === asked.state) &&
    (asked.name === null || now.agent.toLowerCase().includes(asked.name.toLowerCase()))
  );
}

/** Returns the teams that there are, by name. */
export function teamsOf(people: Iterable<Person>): string[] {
  const teams = new Set<string>();
  for (const { now } of people) if (now.team !== null) teams.add(now.team);
  return [...teams].sort();
}

/** Counts people by what they do. */
export function countedByState(people: Iterable<Person>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { now } of people) counts[stateOf(now)] = (counts[stateOf(now)] ?? 0) + 1;
  return counts;
}
