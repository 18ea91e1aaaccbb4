/** What the agent's page is about, and whose note it has; both survive a reload until the next call is answered. */
import { defineStore } from "pinia";
import { ref, watch } from "vue";

import { useLive } from "@/live/store";
import { useSession } from "@/session/store";
import { sealed } from "@/words/sealed";

import { type Matter, matterAfter, noteAfter } from "./matter";

const KEPT = sealed<Matter>("matter", (value) => typeof (value as Partial<Matter> | null)?.uniqueid === "string", 1, "sessionStorage");

export const useMatter = defineStore("matter", () => {
  const session = useSession();
  const live = useLive();
  const matter = ref<Matter | null>(KEPT.read());
  const note = ref<Matter | null>(noteAfter(matter.value, matter.value));

  // what one account was at is nothing to the next
  watch(
    () => session.me?.name,
    () => (matter.value = note.value = KEPT.read()),
    { flush: "sync" },
  );
  watch(
    () => live.state,
    (state) => {
      if (session.agent === null || state.age.heardAt === 0) return;
      const next = matterAfter(matter.value, state, session.agent);
      if (JSON.stringify(next) !== JSON.stringify(matter.value)) matter.value = next;
    },
    { immediate: true },
  );
  watch(matter, (now) => (note.value = noteAfter(note.value, now)), { flush: "sync" });
  watch([matter, note], ([now, noted]) => {
    const kept = now?.phase === "ringing" ? (noted ?? now) : now;
    if (kept === null) KEPT.forget();
    else KEPT.write(kept);
  });

  /** Takes up a call that was left without a note. */
  function take(uniqueid: string, queue: string | null, since: number | null, caller: string | null): void {
    const taken: Matter = { uniqueid, queue, phase: "wrap_up", since, at: since, caller, pop: null, talked: true };
    if (matter.value?.phase === "ringing") note.value = taken;
    else matter.value = taken;
  }

  /** It is written up, or is left for later. */
  function leave(): void {
    if (note.value?.phase === "wrap_up") note.value = null;
    if (matter.value?.phase === "wrap_up") matter.value = null;
  }

  return { matter, note, take, leave };
});
