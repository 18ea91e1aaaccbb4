/** The days that figures are of: as the address says, else the last thirty of the site. */
import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

import { useLive } from "@/live/store";
import { dayAfter, dayOf, dayStart, timeOf } from "@/words/times";

export interface Period {
  /** The first day and the last, both counted. */
  first: ComputedRef<string>;
  last: ComputedRef<string>;
  /** The same as the API asks for it. */
  span: ComputedRef<{ from: string; to: string }>;
  set: (first: string, last: string) => void;
  /** So many days that end today. */
  recent: (days: number) => void;
  by: <T extends string>(known: readonly T[]) => T;
  setBy: (by: string) => void;
}

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
export const USUAL_DAYS = 30;

export function usePeriod(): Period {
  const route = useRoute();
  const router = useRouter();
  const live = useLive();
  const today = computed(() => dayOf(live.now, live.state.zone));
  const said = (name: string): string | null => {
    const value = route.query[name];
    return typeof value === "string" && DAY.test(value) ? value : null;
  };
  const last = computed(() => said("to") ?? today.value);
  const first = computed(() => said("from") ?? dayAfter(last.value, 1 - USUAL_DAYS));
  const moment = (day: string): string => timeOf(dayStart(day, live.state.zone));
  const go = (query: Record<string, string>): void => void router.push({ path: route.path, query: { ...route.query, ...query } });
  return {
    first,
    last,
    span: computed(() => ({ from: moment(first.value), to: moment(dayAfter(last.value, 1)) })),
    set: (from, to) => go({ from, to }),
    recent: (days) => go({ from: dayAfter(today.value, 1 - days), to: today.value }),
    by: (known) => known.find((one) => one === route.query.by) ?? (known[0] as (typeof known)[number]),
    setBy: (by) => go({ by }),
  };
}
