/** The floor as the page shows it: what the stream tells is taken over once a frame, who stands where once a second. */
import { computed, type ComputedRef, onBeforeUnmount, shallowRef, watch } from "vue";

import { useLive } from "@/live/store";
import type { QueueNow } from "@/live/state";

import { type Asked, fits } from "./asked";
import { type Placed, placed } from "./attention";
import { type Person, peopleOf } from "./people";
import { pressing } from "./queues";

const HELD_MS = 3000;

export interface FloorView {
  queues: ComputedRef<QueueNow[]>;
  people: ComputedRef<ReadonlyMap<string, Person>>;
  shown: ComputedRef<Placed[]>;
  /** Lets everybody stay where they are for a moment: somebody is about to point at one of them. */
  hold: () => void;
}

/** Follows the floor; queues in which somebody waits too long come first, then those in which somebody waits at all. */
export function useFloor(asked: () => Asked): FloorView {
  const live = useLive();
  const people = shallowRef(peopleOf(live.state));
  const queues = shallowRef(live.state.queues);
  const places = shallowRef<ReadonlyMap<string, number>>(new Map());
  let frame: number | null = null;
  let held: ReturnType<typeof setTimeout> | null = null;

  function take(): void {
    frame = null;
    people.value = peopleOf(live.state, people.value);
    queues.value = live.state.queues;
  }

  const second = computed(() => Math.floor(live.switchNow));
  const found = computed(() => {
    const fitting = Array.from(people.value.values()).filter((one) => fits(asked(), one));
    return placed(fitting, second.value, live.state.rings, asked().order);
  });
  const shown = computed(() => {
    const place = (one: Placed): number => places.value.get(one.person.now.agent) ?? places.value.size;
    return [...found.value].sort((a, b) => place(a) - place(b));
  });

  function settle(): void {
    places.value = new Map(found.value.map((one, n) => [one.person.now.agent, n]));
  }

  function hold(): void {
    if (held !== null) clearTimeout(held);
    held = setTimeout(() => (held = null), HELD_MS);
  }

  watch(
    () => live.state,
    () => (frame ??= requestAnimationFrame(take)),
    { flush: "sync" },
  );
  watch(asked, settle, { immediate: true });
  watch([second, () => people.value.size], () => {
    if (held === null) settle();
  });
  onBeforeUnmount(() => {
    if (held !== null) clearTimeout(held);
    if (frame !== null) cancelAnimationFrame(frame);
  });

  return {
    people: computed(() => people.value),
    queues: computed(() => pressing(Object.values(queues.value), second.value)),
    shown,
    hold,
  };
}
