/** What happens now, for every part of the page; its clock ticks four times a second. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { useSession } from "@/session/store";

import { SharedStream, SILENCE_SECONDS } from "./shared";
import { nothingTold } from "./state";

const TICK_MS = 250;
/** A browser gives locks to secure pages alone; without, each tab has a stream of its own. */
export const ALONE = { request: (_name: string, _options: unknown, granted: () => Promise<void>) => granted() };
const clock = (): number => Date.now() / 1000;

export type Trust = "followed" | "gap" | "silent" | "beginning";

export const useLive = defineStore("live", () => {
  const session = useSession();
  const state = shallowRef(nothingTold());
  const open = ref(false);
  const now = ref(clock());
  const begunAt = ref(clock());
  let stream: SharedStream | null = null;
  let ticking: ReturnType<typeof setInterval> | null = null;

  function begin(account: string): void {
    end();
    begunAt.value = clock();
    ticking = setInterval(() => (now.value = clock()), TICK_MS);
    stream = new SharedStream(
      account,
      "/api/v1/live",
      {
        locks: (navigator as Partial<Navigator>).locks ?? (ALONE as unknown as LockManager),
        channel: (name) => new BroadcastChannel(name),
        source: (url) => new EventSource(url),
        now: clock,
        visible: () => document.visibilityState === "visible",
      },
      {
        changed(told, isOpen) {
          state.value = told;
          open.value = isOpen;
        },
        refused: () => void session.begin().then(
          (me) => { if (me === null) session.lost = session.me !== null; },
          () => undefined, // the service is away: the stream is tried again
        ),
      },
    );
  }

  function end(): void {
    stream?.close();
    stream = null;
    if (ticking !== null) clearInterval(ticking);
    ticking = null;
    state.value = nothingTold();
    open.value = false;
  }

  /** The switch's clock, in epoch seconds. */
  const switchNow = computed(() => now.value + state.value.ahead);
  /** How old what is shown is, in seconds; null: nothing was heard yet. */
  const age = computed(() => {
    const { seconds, heardAt } = state.value.age;
    return seconds === null ? null : Math.max(0, seconds + now.value - heardAt);
  });
  const trust = computed<Trust>(() => {
    const heardAt = state.value.age.heardAt;
    if (heardAt === 0) return now.value - begunAt.value < SILENCE_SECONDS ? "beginning" : "silent";
    if (now.value - heardAt > SILENCE_SECONDS) return "silent";
    return state.value.followed ? "followed" : "gap";
  });

  return { state, open, now, switchNow, age, trust, begin, end };
});
