/** What may be done with a record: the step that somebody chose, what they type for it, and its sending. */
import { type Shape } from "@/api/client";
import { sayOne } from "@/locale";

export type Step = Shape["StepShown"];

/** Tells two steps of a record apart. */
export function keyOf(step: Step): string {
  return step.item === null ? step.action : `${step.action} ${step.item}`;
}

/** Says what a step is. */
export function nameOf(step: Step): string {
  return step.action === "check" ? sayOne("check", step.item) : sayOne("step", step.action);
}

/** What is sent with a step; points and severity alone where the step has them. */
export function bodyOf(step: Step, note: string, points: number | null, severity: Shape["Severity"] | null): Shape["Saying"] {
  const body: Shape["Saying"] = { note: note.trim() };
  if (step.item !== null) body.item = step.item;
  if (step.least_points !== null && points !== null) body.points = points;
  if (step.severities.length > 0 && severity !== null) body.severity = severity;
  return body;
}

/** Tells whether enough is said for a step. */
export function enough(step: Step, note: string, points: number | null, severity: Shape["Severity"] | null): boolean {
  if (step.needs_words && !note.trim()) return false;
  return step.action !== "reduce" || points !== null || severity !== null;
}
