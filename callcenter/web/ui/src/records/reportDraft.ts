/** What somebody typed of a breach that they saw: kept until it is sent, for a day at most. */
import { newKey } from "@/api/client";
import type { Kept } from "@/words/kept";
import { sealed } from "@/words/sealed";

export interface Report {
  rule: string;
  agent: string;
  at: string;
  note: string;
  /** The call that it is about; empty: none is named. */
  call: string;
}

export interface ReportDraft extends Report {
  /** The key under which what was sent last is done once, and what that was. */
  key: string;
  sent: string;
}

const NAMES = ["rule", "agent", "at", "note", "call", "key", "sent"] as const;

function isDraft(value: unknown): boolean {
  return typeof value === "object" && value !== null && NAMES.every((name) => typeof (value as Record<string, unknown>)[name] === "string");
}

export function reportDraft(): Kept<ReportDraft> {
  return sealed<ReportDraft>("report", isDraft);
}

/** What the form begins with: what the way here names, before what was typed earlier. */
export function begun(draft: ReportDraft | null, way: Partial<Report>): ReportDraft {
  const none = { rule: "", agent: "", at: "", note: "", call: "", key: newKey(), sent: "" };
  if (draft === null) return { ...none, ...way };
  if (way.call === undefined || way.call === draft.call) return { ...draft, ...way };
  // another call: of what was typed the words alone may be about it
  return { ...none, note: draft.note, ...way };
}

export function isReady(one: Report): boolean {
  return one.rule !== "" && one.agent !== "" && one.at !== "" && one.note.trim() !== "";
}
