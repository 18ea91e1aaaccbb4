/** Days that somebody would have worked or not, before they are proposed: kept in this browser until then. */
import { reactive } from "vue";

import { SITE_DAYS, sealed } from "@/words/sealed";

/** true: worked, false: not, null: as the official calendar has it. */
export type OwnDays = Record<string, boolean | null>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
export const MOST_DAYS = 366;

function areDays(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([day, worked]) => DAY.test(day) && (worked === null || typeof worked === "boolean"));
}

/** Returns all days from one to another, both included; none where the last comes before the first. */
export function daysBetween(first: string, last: string): string[] {
  const [from, to] = [Date.parse(first), Date.parse(last)];
  const count = Math.floor((to - from) / DAY_MS) + 1;
  return count > 0 && count <= MOST_DAYS ? Array.from({ length: count }, (_, n) => new Date(from + n * DAY_MS).toISOString().slice(0, 10)) : [];
}

export interface CalendarDraft {
  days: OwnDays;
  set: (days: readonly string[], worked: boolean | null) => void;
  drop: (day: string) => void;
  forget: () => void;
}

export function useCalendarDraft(): CalendarDraft {
  const shelf = sealed<OwnDays>("calendar", areDays, SITE_DAYS);
  function become(days: OwnDays): void {
    draft.days = days;
    if (Object.keys(days).length === 0) shelf.forget();
    else shelf.write(days);
  }
  const draft: CalendarDraft = reactive({
    days: shelf.read() ?? {},
    set: (days: readonly string[], worked: boolean | null) => become({ ...draft.days, ...Object.fromEntries(days.map((day) => [day, worked])) }),
    drop: (day: string) => become(Object.fromEntries(Object.entries(draft.days).filter(([one]) => one !== day))),
    forget: () => become({}),
  });
  return draft;
}
