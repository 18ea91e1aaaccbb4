/** What somebody typed of a move: kept by case or enquiry, and move, until it is made, for a day at most. */
import type { Kept } from "@/words/kept";
import { sealed } from "@/words/sealed";

import type { Answers } from "./form";

export interface MoveDraft {
  answers: Answers;
  /** The key under which the line that was sent last is done once, and that line. */
  key: string;
  sent: string;
}

function isDraft(value: unknown): boolean {
  const one = value as Partial<MoveDraft> | null;
  return typeof one?.answers === "object" && one.answers !== null && typeof one.key === "string" && typeof one.sent === "string";
}

export function moveDraft(kind: "case" | "enquiry", number: string, move: string): Kept<MoveDraft> {
  return sealed<MoveDraft>(`${kind}.${number}.${move}`, isDraft);
}
