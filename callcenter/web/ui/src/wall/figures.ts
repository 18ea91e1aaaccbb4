/** What the tiles of a wall say. */
import type { WallNow } from "./watch";

export type Queue = { queue: string; name: string; waiting: number; oldest_joined_at: number | null; ready: number; signed_in: number; answered: number; abandoned: number; threshold_seconds: number; service_level: number | null };

/** Older than so many seconds, data is told to be old. */
export const OLD = 10;
const TURN_S = 10;
const SHIFTS = 8;
const DAY = { from: 7, to: 19 };

/** Returns the queues: where somebody waits for too long comes first, of the others each stays in its place. */
export function queuesOf(now: WallNow, at: number): Queue[] {
  return [...(now.queues as unknown as Queue[])].sort((a, b) => Number(isLate(b, at)) - Number(isLate(a, at)));
}

export const sum = (queues: readonly Queue[], of: (one: Queue) => number): number => queues.reduce((all, one) => all + of(one), 0);

/** Returns the queue whose caller waits longest, and for how many seconds; null: nobody waits. */
export function longest(queues: readonly Queue[], at: number): { queue: Queue; seconds: number } | null {
  let found: { queue: Queue; seconds: number } | null = null;
  for (const queue of queues) {
    if (queue.oldest_joined_at === null) continue;
    const seconds = Math.max(0, at - queue.oldest_joined_at);
    if (found === null || seconds > found.seconds) found = { queue, seconds };
  }
  return found;
}

export const isLate = (queue: Queue, at: number): boolean => queue.oldest_joined_at !== null && at - queue.oldest_joined_at > queue.threshold_seconds;

/** Says how old the data is now, in seconds; null: nobody knows. */
export function ageOf(now: WallNow, heardAt: number, here: number): number | null {
  return now.data_age_seconds === null ? null : now.data_age_seconds + Math.max(0, here - heardAt);
}

export function isOld(now: WallNow, heardAt: number, here: number): boolean {
  const age = ageOf(now, heardAt, here);
  return now.state !== "followed" || age === null || age > OLD;
}

/** Returns the rows that are shown now: more than so many fit take turns of much the same length, nothing is scrolled. */
export function turn<T>(rows: readonly T[], here: number, fit: number): { rows: T[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(rows.length / fit));
  const page = Math.floor(here / TURN_S) % pages;
  const each = Math.ceil(rows.length / pages);
  return { rows: rows.slice(page * each, (page + 1) * each), page: page + 1, pages };
}

/** Says where the picture stands this minute: what never moves burns in. */
export const shift = (here: number): number => Math.floor(here / 60) % SHIFTS;

export function isNight(theme: WallNow["theme"], hour: number): boolean {
  return theme === "auto" ? hour < DAY.from || hour >= DAY.to : theme === "night";
}
