/** What somebody typed of a move: kept on this browser by account, case or enquiry, and move until it is made. */
import { type Kept, kept } from "@/words/kept";

import type { Answers } from "./form";

export interface MoveDraft {
  answers: Answers;
  /** The key under which the line that was sent last is done once, and that line. */
  key: string;
  sent: string;
  /** When it was typed: old ones are forgotten with the drafts of notes. */
  at: number;
}

function isDraft(value: unknown): boolean {
  const one = value as Partial<MoveDraft> | null;
  return typeof one?.answers === "object" && one.answers !== null && typeof one.key === "string" && typeof one.sent === "string";
}

export function moveDraft(account: string, kind: "case" | "enquiry", number: string, move: string): Kept<MoveDraft> {
  return kept<MoveDraft>(`draft.${account}.${kind}.${number}.${move}`, isDraft);
}
