/** How long something lasts, written once a second: nothing of the page is made anew for it. */
import { type Directive, watch } from "vue";

import { useLive } from "@/live/store";
import { length } from "@/words/times";

/** Gives elements the time since a moment of the switch's clock. */
export function useElapsed(): Directive<HTMLElement, number | null> {
  const live = useLive();
  const since = new Map<Element, number | null>();

  function write(element: Element): void {
    const from = since.get(element) ?? null;
    const words = length(from === null ? null : live.switchNow - from);
    // the text that is there is changed: another would have to be laid out from the beginning
    const text = element.firstChild as Text | null;
    if (text === null) element.textContent = words;
    else if (text.data !== words) text.data = words;
  }

  watch(
    () => Math.floor(live.switchNow),
    () => Array.from(since.keys(), write),
  );
  return {
    mounted(element, { value }) {
      since.set(element, value);
      write(element);
    },
    updated(element, { value }) {
      since.set(element, value);
      write(element);
    },
    unmounted(element) {
      since.delete(element);
    },
  };
}
