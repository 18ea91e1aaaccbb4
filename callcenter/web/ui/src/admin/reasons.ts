/** The reasons of pauses while somebody writes them anew, before they are proposed. */
import type { Shape } from "@/api/client";

export interface ReasonTyped {
  code: string;
  zh: string;
  en: string;
  /** It is known already: its code stays. */
  old: boolean;
}

export const MOST_REASONS = 40;
const CODE = /^[A-Za-z0-9][A-Za-z0-9 _.-]{0,31}$/;
const TAKEN = new Set(["acw", "page_cannot_ring"]);
const MOST_SUBJECT = 80;

export function areReasons(value: unknown): boolean {
  return Array.isArray(value) && value.every((one: unknown) => typeof one === "object" && one !== null && "code" in one && "zh" in one && "en" in one && "old" in one);
}

export function typedReasons(reasons: readonly Shape["SiteReason"][]): ReasonTyped[] {
  return reasons.filter((one) => one.offered).map((one) => ({ code: one.code, zh: one.zh, en: one.en, old: true }));
}

/** Puts one of a list in the place of its neighbour, and that in its place. */
export function swapped<T>(list: readonly T[], n: number, by: 1 | -1): T[] {
  const [one, other] = [list[n], list[n + by]];
  if (one === undefined || other === undefined) return [...list];
  return list.map((each, place) => (place === n ? other : place === n + by ? one : each));
}

/** Tells whether they could be proposed: each code can be one, and none is there twice. */
export function areSound(typed: readonly ReasonTyped[]): boolean {
  const codes = typed.map((one) => one.code.trim());
  return codes.length > 0 && codes.length <= MOST_REASONS && new Set(codes).size === codes.length && codes.every((code) => CODE.test(code) && !TAKEN.has(code));
}

export function isSame(typed: readonly ReasonTyped[], reasons: readonly Shape["SiteReason"][]): boolean {
  return JSON.stringify(toldReasons(typed)) === JSON.stringify(toldReasons(typedReasons(reasons)));
}

export function toldReasons(typed: readonly ReasonTyped[]): { code: string; zh: string; en: string }[] {
  return typed.map((one) => ({ code: one.code.trim(), zh: one.zh.trim(), en: one.en.trim() }));
}

/** What a change of them is called: their codes. */
export function subjectOf(typed: readonly ReasonTyped[]): string {
  const whole = typed.map((one) => one.code.trim()).join(" · ");
  return whole.length <= MOST_SUBJECT ? whole : `${whole.slice(0, MOST_SUBJECT - 1)}…`;
}
