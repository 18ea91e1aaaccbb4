/** Where a record stands, in a word and a look. */
import type { Shape } from "@/api/client";
import { sayOne } from "@/locale";

const LOOKS: Partial<Record<Shape["RecordState"], string>> = { notified: "warn", confirmed: "bad", reduced: "warn", overturned: "good", withdrawn: "good" };

export function stands(one: Pick<Shape["Summary"], "verdict" | "state">): { look: string; words: string } {
  if (one.verdict !== "proposed") return { look: "", words: sayOne("verdict", one.verdict) };
  return { look: LOOKS[one.state] ?? "", words: sayOne("record_state", one.state) };
}
