/** What of an enquiry is due next: an answer that was promised and not given yet, or a follow-up that is planned. */
import type { Shape } from "@/api/client";
import { say } from "@/locale";
import { left } from "@/words/spans";
import { epoch } from "@/words/times";

type Enquiry = Pick<Shape["EnquiryShown"], "state" | "follow_up_at" | "promises" | "moments">;

const FIRST: Record<string, "greeted" | "first_answer"> = { "P-GREET": "greeted", "P-CHAT": "first_answer", "P-MAIL": "first_answer" };

function waits(one: Enquiry, promise: Enquiry["promises"][number]): boolean {
  if (promise.turn !== null) return one.moments.turns.some((turn) => turn.id === promise.turn && turn.answered === null);
  const moment = FIRST[promise.promise];
  return moment !== undefined && one.moments[moment] === null;
}

/** Returns the moment, in epoch seconds; null where nothing is due. */
export function dueOf(one: Enquiry): number | null {
  const promised = one.state === "open" && one.moments.closed === null ? one.promises.filter((each) => waits(one, each)) : [];
  const moments = [one.follow_up_at, ...promised.map((each) => each.due)].map(epoch).filter((at) => at !== null);
  return moments.length === 0 ? null : Math.min(...moments);
}

/** Says how long there is until then. */
export function dueSaid(one: Enquiry, now: number): { look: "" | "bad" | "accent"; words: string } {
  const due = dueOf(one);
  if (due === null) return { look: "", words: say(one.state === "open" ? "enquiry.no_time" : "enquiry.nothing_due") };
  const time = left(due, now);
  return time === null ? { look: "bad", words: say("case.overdue") } : { look: "accent", words: say("case.left", { time }) };
}
