/** Times of seconds to days, in words with their units: which of them "1:53" would be, nobody could tell. */
import { say } from "@/locale";

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];

/** Writes how long something lasts, by its two greatest units; what is not known is a dash. */
export function span(seconds: number | null): string {
  if (seconds === null) return "–";
  const [d, h, m] = [Math.floor(seconds / DAY), Math.floor(seconds / HOUR) % 24, Math.floor(seconds / MINUTE) % 60];
  if (d > 0) return say("span.days", { d, h });
  if (h > 0) return say("span.hours", { h, m });
  return m > 0 ? say("span.minutes", { m }) : say("span.seconds", { s: Math.max(0, Math.floor(seconds)) });
}

/** Writes how long until a moment; null where the moment is past. */
export function left(until: number, now: number): string | null {
  return until <= now ? null : span(until - now);
}
