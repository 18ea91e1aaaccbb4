/** Forms of the care of customers, and what they send. */
import { field, SATISFACTION } from "@/aftercare/fields";
import type { Shape } from "@/api/client";
import { sayOne } from "@/locale";

export const PLAN_STATES: Shape["PlanState"][] = ["filed", "endorsed", "approved", "rejected"];
export const CONTACT_STATES: Shape["CareContactState"][] = ["planned", "approved", "done", "dropped"];
const KINDS: Shape["ContactKind"][] = ["visit", "call_back"];
const CREDIT: Shape["CreditRating"][] = ["A", "B", "C", "D"];

export const PLAN_FORM = [field("care_year"), field("care_method"), field("care_owner"), field("care_cost")];
export const CONTACT_FORM = [field("care_kind", { kind: "choice", choices: KINDS }), field("care_day", { kind: "day" }), field("care_owner"), field("care_purpose")];
export const FINISH_FORM = [
  field("satisfaction", { kind: "choice", choices: SATISFACTION, needed: false }),
  field("care_result"),
  field("care_needs", { needed: false }),
  field("care_problems", { needed: false }),
  field("care_next_step", { needed: false }),
];
export const RATING_FORM = [field("care_credit", { kind: "choice", choices: CREDIT }), field("words")];

type Told = Record<string, unknown>;
const PREFIX = "care_";

/** What a form says, by the names that the service has; a year is a number. */
export function toldCare(told: Told): Told {
  const named = Object.entries(told).map(([name, value]) => [name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name, value] as const);
  return Object.fromEntries(named.map(([name, value]) => [name, name === "year" ? Number(value) : value]));
}

/** The step that comes next with a plan, where it is this person's to take: a supervisor's first, a manager's then, never of one's own. */
export function planStep(plan: Shape["CarePlanShown"], me: { name: string; role: Shape["Role"] }): "endorse" | "approve" | null {
  if (plan.filed_by === me.name) return null;
  if (plan.state === "filed" && me.role === "supervisor") return "endorse";
  return plan.state === "endorsed" && me.role === "manager" ? "approve" : null;
}

/** Which steps with a house call or call-back this person may take. */
export function contactSteps(contact: Shape["CareContactShown"], me: string, approves: boolean): ("approve" | "finish" | "drop")[] {
  if (contact.state === "approved") return ["finish", "drop"];
  if (contact.state !== "planned") return [];
  return approves && ![contact.planned_by, contact.owner].includes(me) ? ["approve", "drop"] : ["drop"];
}

/** What came of a house call or call-back, or why it was dropped. */
export function cameOf(contact: Shape["CareContactShown"]): string {
  const said = contact.evaluation;
  if (said === null) return contact.reason ?? "";
  const satisfied = typeof said.satisfaction === "number" ? sayOne("satisfaction", String(said.satisfaction)) : "";
  return [satisfied, said.result, said.needs, said.problems, said.next_step].filter(Boolean).join(" · ");
}
