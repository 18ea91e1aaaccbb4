/** Notes that are being written: kept by call until they are saved, for a day at most. */
import type { Kept } from "@/words/kept";
import { sealed } from "@/words/sealed";

export interface Draft {
  note: string;
  caseClass: string | null;
  outcome: string | null;
  callBackTo: string;
  callBackBy: string | null;
  /** The key under which it is saved once, however often it is sent. */
  key: string;
}

export function emptyDraft(key: string): Draft {
  return { note: "", caseClass: null, outcome: null, callBackTo: "", callBackBy: null, key };
}

/** Tells whether nothing was written yet. */
export function isEmpty(draft: Draft): boolean {
  return !draft.note && draft.caseClass === null && draft.outcome === null && !draft.callBackTo && draft.callBackBy === null;
}

function isDraft(value: unknown): boolean {
  const one = value as Partial<Draft> | null;
  return typeof one?.note === "string" && typeof one.key === "string";
}

export function noteDraft(uniqueid: string): Kept<Draft> {
  return sealed<Draft>(`note.${uniqueid}`, isDraft);
}
