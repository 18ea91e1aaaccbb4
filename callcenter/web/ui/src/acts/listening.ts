/** To whom whoever is signed in listens now, as the switch says. */
import { computed, type ComputedRef } from "vue";

import type { ListensNow } from "@/live/state";
import { useLive } from "@/live/store";

export function useListening(): ComputedRef<ListensNow | null> {
  const live = useLive();
  return computed(() => Object.values(live.state.hearing)[0] ?? null);
}
