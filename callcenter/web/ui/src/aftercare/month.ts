/** The month that a page is about: as its address says, else this one in the site's zone. */
import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

import { useLive } from "@/live/store";
import { dayOf } from "@/words/times";

export function useMonth(): { month: ComputedRef<string>; set: (month: string | null) => void } {
  const route = useRoute();
  const router = useRouter();
  const live = useLive();
  const month = computed(() => {
    const said = route.query.month;
    return typeof said === "string" && /^\d{4}-(0[1-9]|1[0-2])$/.test(said) ? said : dayOf(live.now, live.state.zone).slice(0, 7);
  });

  function set(chosen: string | null): void {
    void router.push({ path: route.path, query: { ...route.query, month: chosen ?? undefined } });
  }
  return { month, set };
}
