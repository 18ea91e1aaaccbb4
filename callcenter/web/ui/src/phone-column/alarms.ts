/** What an agent or a lead must know at once: that the own phone cannot ring, that the service has paused one, whose pages fail. */
import { defineStore } from "pinia";
import { computed, ref, watch } from "vue";

import { useDesk } from "@/desk/store";
import { useLive } from "@/live/store";
import { useSession } from "@/session/store";

import { fails, pausedLong } from "./failing";
import { usePhone } from "./store";

/** How long after it was loaded a page may take to be a phone again: nothing is wrong yet, and the state is kept. */
export const GRACE_SECONDS = 10;

export const useAlarms = defineStore("alarms", () => {
  const live = useLive();
  const session = useSession();
  const phone = usePhone();
  const desk = useDesk();
  const loadedAt = ref(Date.now() / 1000);

  const grace = computed(() => live.now - loadedAt.value < GRACE_SECONDS);
  const mine = computed(() => (session.agent === null ? undefined : live.state.agents[session.agent]));
  const onDuty = computed(() => (mine.value?.queues ?? desk.desk?.queues ?? []).length > 0);
  /** What keeps the phone in this page from ringing while calls may come, as a key of the texts; null: nothing. */
  const trouble = computed(() => {
    const state = phone.state;
    // of whom no call is expected, and who is in none, the phone need not ring
    if (state === null || (!onDuty.value && state.calls.length === 0)) return null;
    if (state.trouble !== null) return state.trouble;
    return onDuty.value && !grace.value && phone.lack !== "connecting" ? phone.lack : null;
  });
  const systemPause = computed(() => mine.value?.state === "system_paused");
  const able = computed(() => phone.state !== null && phone.state.trouble === null && phone.lack === null);
  // the service takes back the pause that it made for a page
  watch([able, systemPause], ([can]) => can && void phone.phone?.prove());
  const others = computed(() => Object.values(live.state.agents).filter((one) => one.agent !== session.agent));
  const failing = computed(() => others.value.filter(fails));
  const paused = computed(() => others.value.filter((one) => pausedLong(one, live.switchNow)));

  return { grace, mine, trouble, systemPause, able, failing, paused };
});
