/** How long something lasts, written once a second where it stands: nothing of the page is made anew for it. */
import { type Directive, watch } from "vue";

import { useLive } from "@/live/store";
import { length } from "@/words/times";

/** Gives elements the time since a moment of the switch's clock. */
export function useElapsed(): Directive<HTMLElement, number | null> {
  const live = useLive();
  const since = new Map<HTMLElement, number | null>();

  function write(element: HTMLElement, from: number | null): void {
    const words = length(from === null ? null : live.switchNow - from);
    // the text that is there is changed: another would have to be laid out from the beginning
    const text = element.firstChild as Text | null;
    if (text === null) element.textContent = words;
    else if (text.data !== words) text.data = words;
  }

  function put(element: HTMLElement, { value }: { value: number | null }): void {
    since.set(element, value);
    write(element, value);
  }

  watch(
    () => Math.floor(live.switchNow),
    () => since.forEach((from, element) => write(element, from)),
  );
  return { mounted: put, updated: put, unmounted: (element) => void since.delete(element) };
}
