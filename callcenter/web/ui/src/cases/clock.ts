/** How much time a case has, as it is shown. */
import type { Shape } from "@/api/client";
import { say } from "@/locale";
import { left } from "@/words/spans";
import { epoch } from "@/words/times";

const HOUR = 3_600;

export function caseClock(one: Pick<Shape["CaseShown"], "due" | "stopped_at">, now: number): { look: string; words: string } {
  const due = epoch(one.due);
  if (one.stopped_at !== null || due === null) return { look: "", words: say("case.no_clock") };
  const time = left(due, now);
  if (time === null) return { look: "bad", words: say("case.overdue") };
  return { look: due - now < 6 * HOUR ? "bad" : due - now < 24 * HOUR ? "warn" : "accent", words: say("case.left", { time }) };
}
