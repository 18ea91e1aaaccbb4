/** Changes that take two people: how a state looks, and what one is about. */
import type { Shape } from "@/api/client";
import type { Because } from "@/floor/reasons";
import { say } from "@/locale";

const LOOKS: Record<Shape["ChangeState"], string> = { proposed: "warn", approved: "good", rejected: "bad" };
const BETWEEN = " · ";
/** The subject of an amount that says with what scores begin. */
const SCORE = "score";

export function changeLook(state: Shape["ChangeState"]): string {
  return LOOKS[state];
}

/** Says what a change is about: reasons of pauses by their names, what scores begin with in words, others as who proposed it wrote. */
export function changeSubject(one: Pick<Shape["ChangeShown"], "kind" | "subject">, because: Because): string {
  if (one.kind === "reasons") return one.subject.split(BETWEEN).map(because).join(BETWEEN);
  return one.kind === "amount" && one.subject === SCORE ? say("changes.score") : one.subject;
}
