/** How a queue stands, as the floor shows it. */
import type { QueueNow } from "@/live/state";

/** Who waits longer than the threshold of the service level is looked after first; whom nobody can answer, too. */
export function callersLook(queue: QueueNow, waits: number | null): "" | "good" | "warn" | "bad" {
  if (queue.waiting === 0) return "good";
  if (queue.ready === 0 || (waits !== null && waits > queue.threshold_seconds)) return "bad";
  return "warn";
}

/** Writes a share as a percentage; what is a share of nothing is a dash. */
export function percent(share: number | null): string {
  return share === null ? "–" : `${(100 * share).toFixed(1)}%`;
}
