/**
 * Who needs a lead's attention, and why. The reasons, the most pressing first:
 *
 * 1. `rings_late`: the phone has rung for longer than is promised, and the caller still waits;
 * 2. `system_pause`: the page cannot ring, and the service has paused its agent;
 * 3. `unreachable`: signed in, and the phone does not answer the switch;
 * 4. `blocked`: the line is taken by something that is no customer's call;
 * 5. `page_fails`: the page could not ring, or lost a call, three times today;
 * 6. `paused_long`: in a pause for more than ten minutes;
 * 7. `missed`: three rings missed today, or more.
 *
 * Whom none of them fits follows by what they do, and whoever has done it for longest comes first.
 */
import { ringsBegun } from "@/agent/matter";
import type { RingRules } from "@/live/state";
import { fails, lastsLong } from "@/phone-column/failing";

import type { Person } from "./people";

export const ATTENTION = ["rings_late", "system_pause", "unreachable", "blocked", "page_fails", "paused_long", "missed"] as const;
export type Attention = (typeof ATTENTION)[number];

export const ORDERS = ["attention", "name", "longest"] as const;
export type Order = (typeof ORDERS)[number];

const MANY_MISSED = 3;
const DOING = ["ringing", "talking", "outbound", "wrap_up", "paused", "available", "unknown", "offline"];

/** Returns the most pressing reason to look after a person; null: none. */
export function attention({ now, call, phase }: Person, at: number, rings: RingRules | null): Attention | null {
  const rung = phase === "ringing" && call !== null && call.at !== null ? at - call.at : 0;
  if (rings !== null && rung >= rings.most * rings.seconds) return "rings_late";
  if (now.state === "system_paused") return "system_pause";
  if (now.unreachable && now.queues.length > 0) return "unreachable";
  if (now.state === "blocked") return "blocked";
  if (fails(now)) return "page_fails";
  if (now.state === "paused" && lastsLong(now, at)) return "paused_long";
  return now.missed >= MANY_MISSED ? "missed" : null;
}

/** Counts the rings that have begun at the phone, or had when it was answered; null: nobody can say. */
export function ringsOf({ call, phase }: Person, at: number, rings: RingRules | null): number | null {
  const [from, until] = phase === "ringing" ? [call?.at, at] : [call?.rang_at, call?.at];
  if (rings === null || typeof from !== "number" || typeof until !== "number") return null;
  return ringsBegun(from, until, rings.seconds);
}

export interface Placed {
  person: Person;
  attention: Attention | null;
}

/** Returns people in an order; each with what needs attention. */
export function placed(people: Iterable<Person>, at: number, rings: RingRules | null, order: Order): Placed[] {
  const found = Array.from(people, (person) => ({ person, attention: attention(person, at, rings) }));
  const [byName, byLength] = [named, (a: Placed, b: Placed) => since(a) - since(b) || named(a, b)];
  if (order === "name") return found.sort(byName);
  if (order === "longest") return found.sort(byLength);
  return found.sort((a, b) => rank(a) - rank(b) || (a.attention === "missed" ? b.person.now.missed - a.person.now.missed : 0) || byLength(a, b));
}

function rank({ person, attention }: Placed): number {
  if (attention !== null) return ATTENTION.indexOf(attention);
  const doing = DOING.indexOf(person.now.state);
  return ATTENTION.length + (doing < 0 ? DOING.length : doing);
}

/** Who has done for longest what they do comes first, of whom that is not known last. */
function since({ person }: Placed): number {
  return person.now.since ?? Number.MAX_VALUE;
}

function named(a: Placed, b: Placed): number {
  return a.person.now.agent < b.person.now.agent ? -1 : Number(a.person.now.agent > b.person.now.agent);
}
