/** The form of a move: what it asks while it is filled in, what it lacks, and the line that it sends. */
import type { Shape } from "@/api/client";

/** As the service asks it, or a form of ours, which may ask for a day, too. */
export type FormField = Omit<Shape["FormField"], "kind"> & { kind: Shape["FieldKind"] | "day" };

export interface RemedyTyped {
  kind: string;
  amount: string;
  quantity: string;
}

export type Answer = string | boolean | RemedyTyped[];
export type Answers = Record<string, Answer>;

export const UNKNOWN_AMOUNT = "unknown";

/** A remedy as it is begun. */
export function newRemedy(): RemedyTyped {
  return { kind: "", amount: "", quantity: "" };
}

/** The fields that are asked, as the others are answered. */
export function asked(form: readonly FormField[], answers: Answers): FormField[] {
  return form.filter((one) => one.where === null || (answers[one.where.field] ?? (tick(form, one.where.field) ? false : null)) === one.where.answer);
}

function tick(form: readonly FormField[], name: string): boolean {
  return form.every((one) => one.name !== name || one.kind === "tick");
}

function said(answer: Answer | undefined): boolean {
  if (typeof answer === "string") return answer.trim() !== "";
  return answer !== undefined;
}

/** Names the fields that are still to be filled in. */
export function lacking(form: readonly FormField[], answers: Answers): string[] {
  const fields = asked(form, answers);
  const missing = fields.filter((one) => {
    if (one.one_of !== null) return fields.filter((other) => other.one_of === one.one_of && said(answers[other.name])).length !== 1;
    if (one.kind === "remedies") return !remedies(answers[one.name]).every((remedy) => remedy.kind.trim() && remedy.amount.trim());
    if (one.kind === "tick") return one.needed && answers[one.name] !== true;
    return one.needed && !said(answers[one.name]);
  });
  return missing.map((one) => one.name);
}

function remedies(answer: Answer | undefined): RemedyTyped[] {
  return Array.isArray(answer) ? answer : [];
}

/** Makes the line that is sent: what is asked and said, and nothing else that was typed. */
export function line(form: readonly FormField[], answers: Answers): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const one of asked(form, answers)) {
    const answer = answers[one.name];
    if (one.kind === "remedies") found[one.name] = remedies(answer).map(remedy);
    else if (said(answer) && answer !== false) put(found, one.name, value(one, answer as string | true));
    else if (one.kind === "flag" && answer === false) found[one.name] = false;
  }
  return found;
}

function remedy(one: RemedyTyped): Record<string, string> {
  const told = { kind: one.kind.trim(), amount: one.amount.trim(), quantity: one.quantity.trim() };
  return Object.fromEntries(Object.entries(told).filter(([, words]) => words !== ""));
}

function value(field: FormField, answer: string | true): unknown {
  if (answer === true) return true;
  return field.name === "satisfaction" ? Number(answer) : answer.trim();
}

function put(found: Record<string, unknown>, name: string, told: unknown): void {
  const [whole, part] = name.split(".") as [string, string | undefined];
  found[whole] = part === undefined ? told : { ...(found[whole] as Record<string, unknown> | undefined), [part]: told };
}

/** Tells whether something was typed. */
export function isBlank(answers: Answers): boolean {
  return Object.values(answers).every((one) => !said(one) || (Array.isArray(one) && one.length === 0));
}
