/** A week of the roster while somebody works on it: shifts are moved, added, taken out and copied, and undone. */
import type { Shape } from "@/api/client";

export type Time = Shape["RosterTime"];
export type Sheet = "shifts" | "leave" | "breaks";
export const SHEETS: Sheet[] = ["shifts", "leave", "breaks"];
export type Times = Record<Sheet, Time[]>;

const DAY_MS = 86_400_000;
const LOCAL = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(.*)$/;

/** Adds days to a day. */
export function plus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Returns the Monday of a day's week. */
export function monday(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return plus(day, -((weekday + 6) % 7));
}

export function weekOf(first: string): string[] {
  return Array.from({ length: 7 }, (_, n) => plus(first, n));
}

export const dayOf = (time: string): string => LOCAL.exec(time)?.[1] ?? "";
export const clockOf = (time: string): string => LOCAL.exec(time)?.[2] ?? time;

/** Writes a time of a day; one that ends no later than it begins ends on the next day. */
export function timeOn(agent: string, day: string, from: string, to: string, note: string): Time {
  return { agent, from: `${day}T${from}`, to: `${to > from ? day : plus(day, 1)}T${to}`, note: note.trim() || null };
}

function moved(moment: string, days: number): string {
  const parts = LOCAL.exec(moment);
  return parts === null ? moment : `${plus(parts[1] ?? "", days)}T${parts[2]}${parts[3]}`;
}

/** Returns a time so many days later, perhaps somebody else's. */
export function shifted(time: Time, days: number, agent = time.agent): Time {
  return { ...time, agent, from: moved(time.from, days), to: moved(time.to, days) };
}

export const same = (one: Time, two: Time): boolean => one.agent === two.agent && one.from === two.from && one.to === two.to;

/** Says a time by the clock; what ends on another day says so. */
export function span(time: Time): string {
  const [from, to] = [dayOf(time.from), dayOf(time.to)];
  const nights = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
  return `${clockOf(time.from)}–${clockOf(time.to)}${nights > 0 ? ` +${nights}` : ""}`;
}

/** Returns the week's rows with one in the place of another; null takes it out, or adds it. Of two alike one goes. */
export function replaced(times: Times, sheet: Sheet, old: Time | null, next: Time | null): Times {
  const at = old === null ? -1 : times[sheet].findIndex((one) => same(one, old));
  const left = times[sheet].filter((_, n) => n !== at);
  return { ...times, [sheet]: next === null ? left : [...left, next] };
}

/** Returns the week with the shifts of another week, so many days later, in the place of its own. */
export function copied(times: Times, before: Time[], days: number): Times {
  return { ...times, shifts: before.map((one) => shifted(one, days)) };
}

/** Names whose week is otherwise than it was. */
export function changedAgents(was: Times, now: Times): string[] {
  const told = (times: Times, agent: string): string =>
    JSON.stringify(SHEETS.map((sheet) => times[sheet].filter((one) => one.agent === agent).map((one) => [one.from, one.to, one.note]).sort()));
  const agents = new Set([was, now].flatMap((times) => SHEETS.flatMap((sheet) => times[sheet].map((one) => one.agent))));
  return [...agents].filter((agent) => told(was, agent) !== told(now, agent)).sort();
}

/** Returns a week's rows that begin in it; what runs into it belongs to the week before. */
export function begunIn(times: Times, first: string): Times {
  const last = plus(first, 6);
  const own = (one: Time): boolean => dayOf(one.from) >= first && dayOf(one.from) <= last;
  return { shifts: times.shifts.filter(own), leave: times.leave.filter(own), breaks: times.breaks.filter(own) };
}

/** Writes a draft as what is proposed: whole weeks of those whose week is otherwise. */
export function daysOf(first: string, agents: string[], times: Times): Shape["DaysGiven"] {
  const own = (rows: Time[]) => rows.filter((one) => agents.includes(one.agent)).map(({ note, ...row }) => (note === null ? row : { ...row, note }));
  return { first, last: plus(first, 6), agents, shifts: own(times.shifts), leave: own(times.leave), breaks: own(times.breaks) };
}
