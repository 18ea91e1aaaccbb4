/** Times of keeping while somebody writes them anew, before they are proposed. */
import type { Shape } from "@/api/client";

type Kept = Shape["KeptShown"];
const WHOLE = /^\d{1,5}$/;

export function areDays(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every((one) => typeof one === "string");
}

export function typedDays(kept: readonly Kept[]): Record<string, string> {
  return Object.fromEntries(kept.map((one) => [one.setting, String(one.days)]));
}

/** Reads what was typed; what is no number of days is left out. */
export function daysOf(typed: Record<string, string>, kept: readonly Kept[]): Record<string, number> {
  const read = kept.map((one): [string, string] => [one.setting, (typed[one.setting] ?? String(one.days)).trim()]);
  return Object.fromEntries(read.filter(([, days]) => WHOLE.test(days)).map(([setting, days]) => [setting, Number(days)]));
}

export function isWithin(one: Kept, days: number | undefined): boolean {
  return days !== undefined && one.least !== null && one.most !== null && days >= one.least && days <= one.most;
}

/** Tells whether something that is kept now would go: 0 is for good. */
export function isShorter(one: Kept, days: number | undefined): boolean {
  return days !== undefined && days !== 0 && (one.days === 0 || days < one.days);
}
