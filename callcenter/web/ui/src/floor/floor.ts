/** The floor as the page shows it: what the stream tells is taken over once a frame, however much it told. */
import { computed, type ComputedRef, onBeforeUnmount, shallowRef, watch } from "vue";

import { useLive } from "@/live/store";
import type { QueueNow } from "@/live/state";

import { type Asked, fits } from "./asked";
import { type Placed, placed } from "./attention";
import { type Person, peopleOf } from "./people";

/** What needs attention changes with the time, too: the order is looked at so often. */
const EVERY_SECONDS = 1;
const HELD_MS = 3000;

export interface FloorView {
  queues: ComputedRef<QueueNow[]>;
  people: ComputedRef<ReadonlyMap<string, Person>>;
  shown: ComputedRef<Placed[]>;
  /** Lets everybody stay where they are for a moment: somebody is about to point at one of them. */
  hold: () => void;
}

/** Follows the floor; queues in which somebody waits come first. */
export function useFloor(asked: () => Asked): FloorView {
  const live = useLive();
  const people = shallowRef(peopleOf(live.state));
  const queues = shallowRef(live.state.queues);
  const held = shallowRef<ReadonlyMap<string, number> | null>(null);
  let frame: number | null = null;
  let letGo: ReturnType<typeof setTimeout> | undefined;

  function take(): void {
    frame = null;
    people.value = peopleOf(live.state, people.value);
    queues.value = live.state.queues;
  }

  const second = computed(() => Math.floor(live.switchNow / EVERY_SECONDS) * EVERY_SECONDS);
  const shown = computed(() => {
    const fitting = Array.from(people.value.values()).filter((one) => fits(asked(), one));
    const found = placed(fitting, second.value, live.state.rings, asked().order);
    const places = held.value;
    if (places === null) return found;
    const place = (one: Placed): number => places.get(one.person.now.agent) ?? places.size;
    return found.sort((a, b) => place(a) - place(b));
  });

  function hold(): void {
    held.value ??= new Map(shown.value.map((one, n) => [one.person.now.agent, n]));
    clearTimeout(letGo);
    letGo = setTimeout(() => (held.value = null), HELD_MS);
  }

  watch(
    () => live.state,
    () => (frame ??= requestAnimationFrame(take)),
    { flush: "sync" },
  );
  watch(() => [asked().order, asked().name, asked().queue, asked().state, asked().team], () => (held.value = null));
  onBeforeUnmount(() => {
    clearTimeout(letGo);
    if (frame !== null) cancelAnimationFrame(frame);
  });

  return {
    people: computed(() => people.value),
    queues: computed(() => Object.values(queues.value).sort((a, b) => Number(b.waiting > 0) - Number(a.waiting > 0) || (a.queue < b.queue ? -1 : 1))),
    shown,
    hold,
  };
}
