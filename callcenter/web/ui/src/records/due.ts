/** What is to be done next with a record, in words. */
import type { Shape } from "@/api/client";
import { say } from "@/locale";
import { epoch, moment } from "@/words/times";

export interface Due {
  look: "" | "warn" | "bad";
  words: string;
}

/** Says what a record waits for; null where nothing is to be done. */
export function dueOf(one: Pick<Shape["Summary"], "state" | "due" | "mode">, zone: string | undefined, now: number): Due | null {
  const due = epoch(one.due);
  if (due === null) return null;
  const at = moment(due, zone, now);
  const past = due <= now;
  switch (one.state) {
    case "proposed":
      return { look: "", words: say(one.mode === "on" ? "due.notify" : "due.review", { at }) };
    case "notified":
      return past ? { look: "warn", words: say("due.decide_since", { at }) } : { look: "", words: say("due.hearing", { at }) };
    case "explained":
      return { look: "warn", words: past ? say("due.decide", { at }) : say("due.decide_now") };
    case "appealed":
      return past ? { look: "bad", words: say("due.appeal_late", { at }) } : { look: "warn", words: say("due.appeal", { at }) };
    default:
      return { look: "", words: say(past ? "due.checks" : "due.checks_from", { at }) };
  }
}
