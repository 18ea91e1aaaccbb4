/** How long something lasts, written once a second where it is seen: nothing of the page is made anew for it. */
import { type Directive, onBeforeUnmount, watch } from "vue";

import { useLive } from "@/live/store";
import { length } from "@/words/times";

/** Gives elements the time since a moment of the switch's clock. */
export function useElapsed(): Directive<HTMLElement, number | null> {
  const live = useLive();
  const since = new Map<Element, number | null>();
  const seen = new Set<Element>();
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) seen.add(target);
      else seen.delete(target);
      if (isIntersecting) write(target);
    }
  });

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
    () => seen.forEach(write),
  );
  onBeforeUnmount(() => observer.disconnect());
  return {
    mounted(element, { value }) {
      since.set(element, value);
      observer.observe(element);
    },
    updated(element, { value }) {
      since.set(element, value);
      write(element);
    },
    unmounted(element) {
      observer.unobserve(element);
      since.delete(element);
      seen.delete(element);
    },
  };
}
