/** What stands in a step of an enquiry, as people read it. */
import { choice as caseChoice } from "@/cases/words";
import { say, sayOne } from "@/locale";
import { epoch, moment } from "@/words/times";

/** Says one choice of a field; `named` names classes. */
export function choice(field: string, code: string, named: (code: string) => string): string {
  if (field === "case_class") return named(code);
  return field === "outcome" ? sayOne("outcome", code) : caseChoice(field, code);
}

/** Says what was told with a step, a line a field: its name and its value. */
export function told(fields: Record<string, unknown>, named: (code: string) => string, at: (time: string) => string): [string, string][] {
  const said: [string, string][] = [];
  for (const [field, value] of Object.entries(fields)) {
    if (value === null || value === undefined) continue;
    if (field === "moments") {
      for (const [name, time] of Object.entries(value)) said.push([sayOne("field", `moments_${name}`), at(String(time))]);
    } else if (field === "follow_up_at") said.push([sayOne("field", field), at(String(value))]);
    else said.push([sayOne("field", field), choice(field, String(value), named)]);
  }
  return said;
}

/** Writes a moment of the API as tables and lines have it; what is not known is a dash. */
export function written(time: string | null, zone: string | undefined, now: number): string {
  return time === null ? say("unknown") : moment(epoch(time), zone, now);
}
