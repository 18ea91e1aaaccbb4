/** What stands in a line of a case, as people read it. */
import { say, sayOne } from "@/locale";
import { epoch, moment } from "@/words/times";

const FAMILIES: Record<string, (code: string) => string> = {
  nature: (code) => sayOne("nature", code),
  channel: (code) => sayOne("channel", code),
  whose: (code) => sayOne("objector", code),
  outcome: (code) => sayOne("review", code),
  satisfaction: (code) => sayOne("satisfaction", code),
  care_kind: (code) => sayOne("care_kind", code),
  measure_state: (code) => sayOne("measure_state", code),
};
const MOMENTS = new Set(["until", "told_at"]);

/** Says one choice of a field; names are themselves. */
export function choice(field: string, code: string): string {
  return FAMILIES[field]?.(code) ?? code;
}

/** Says a field's value. */
export function told(field: string, value: unknown, zone: string | undefined, now: number): string {
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (Array.isArray(value)) return value.length === 0 ? say("remedy.none") : value.map(remedy).join(" · ");
  if (typeof value === "object" && value !== null) return Object.values(value).map(String).join(" · ");
  if (typeof value === "string" && MOMENTS.has(field)) return moment(epoch(value), zone, now);
  return choice(field, String(value));
}

function remedy(one: unknown): string {
  const { kind, amount, quantity } = one as { kind?: unknown; amount?: unknown; quantity?: unknown };
  const many = quantity === undefined || quantity === null ? "" : String(quantity);
  const sum = amount === "unknown" ? say("remedy.unknown") : say("remedy.yuan", { amount: String(amount) });
  return [String(kind), sum, many].filter(Boolean).join(" ");
}
