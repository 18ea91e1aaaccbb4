/** Of something that scrolls, whether there is more before what is seen of it, and after. */
import { onBeforeUnmount, type Ref, ref, watch } from "vue";

export interface Beyond {
  before: boolean;
  after: boolean;
}

/** Less is a rounding, not an entry. */
const LEAST = 4;

export function beyond(from: number, seen: number, all: number): Beyond {
  return { before: from > LEAST, after: all - seen - from > LEAST };
}

export function useBeyond(box: Ref<HTMLElement | null>, way: "down" | "right"): Ref<Beyond> {
  const found = ref<Beyond>({ before: false, after: false });

  function look(): void {
    const of = box.value;
    if (of === null) return;
    found.value = way === "down" ? beyond(of.scrollTop, of.clientHeight, of.scrollHeight) : beyond(of.scrollLeft, of.clientWidth, of.scrollWidth);
  }

  const sizes = new ResizeObserver(look);
  const entries = new MutationObserver(look);
  function leave(of: HTMLElement | null | undefined): void {
    of?.removeEventListener("scroll", look);
    sizes.disconnect();
    entries.disconnect();
  }

  // the box may come and go
  watch(box, (of, before) => {
    leave(before);
    if (of === null) return;
    of.addEventListener("scroll", look, { passive: true });
    for (const one of [of, of.firstElementChild]) if (one !== null) sizes.observe(one);
    entries.observe(of, { childList: true });
    look();
  }, { flush: "post", immediate: true });
  onBeforeUnmount(() => leave(box.value));
  return found;
}
