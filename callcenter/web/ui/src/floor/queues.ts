/** How a queue stands, as the floor shows it. */
import type { QueueNow } from "@/live/state";

/** Who waits longer than the threshold of the service level is looked after first; whom nobody can answer, too. Where nobody waits and nobody is ready, nothing is well yet. */
export function callersLook(queue: QueueNow, waits: number | null): "" | "good" | "warn" | "bad" {
  if (queue.waiting === 0) return queue.ready === 0 ? "" : "good";
  if (queue.ready === 0 || (waits !== null && waits > queue.threshold_seconds)) return "bad";
  return "warn";
}

const LOOKS = ["bad", "warn", "", "good"];

/** Returns the most pressing queues first; of those that look alike each stays in its place, however long callers wait. */
export function pressing(queues: readonly QueueNow[], at: number): QueueNow[] {
  const rank = (one: QueueNow): number => LOOKS.indexOf(callersLook(one, one.oldest_joined_at === null ? null : at - one.oldest_joined_at));
  const found = queues.map((queue) => ({ queue, rank: rank(queue) }));
  return found.sort((a, b) => a.rank - b.rank || (a.queue.queue < b.queue.queue ? -1 : 1)).map((one) => one.queue);
}

/** Writes a share as a percentage; what is a share of nothing is a dash. */
export function percent(share: number | null): string {
  return share === null ? "–" : `${(100 * share).toFixed(1)}%`;
}
