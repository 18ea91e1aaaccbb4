/** Of many boxes of one size only those near the part of the page that is looked at are made: where each one stands. */
import { onBeforeUnmount, onMounted, type Ref, shallowRef, watch } from "vue";

/** Pixels; `least` is how narrow a box may be, Infinity: each has a row of its own. */
export interface Box {
  least: number;
  height: number;
  gap: number;
}

export interface Grid {
  columns: number;
  width: number;
  /** From the top of a row to that of the next. */
  step: number;
  gap: number;
}

/** The n-th to before the m-th are near. */
export type Near = readonly [n: number, m: number];

/** Made beyond what is seen, so that neither a turn of the wheel nor the Tab key comes to where nothing is. */
const BEYOND = 320;
/** Boxes that are made beyond what is seen in one frame, in whole rows: many at once would make it late. */
const AT_ONCE = 8;

export function gridOf(width: number, { least, height, gap }: Box): Grid {
  const columns = Math.max(1, Math.floor((width + gap) / (least + gap)));
  return { columns, width: Math.floor((width - gap * (columns - 1)) / columns), step: height + gap, gap };
}

/** Returns which boxes are near, so many pixels beyond what is seen, of a list whose top is so far below that of the window. */
export function nearOf(top: number, seen: number, { columns, step }: Grid, beyond = BEYOND): Near {
  const first = Math.max(0, Math.floor((-top - beyond) / step));
  return [first * columns, Math.max(0, Math.ceil((seen - top + beyond) / step)) * columns];
}

/** Returns which boxes are made next: at once those that are seen, of the others that are near some more than are made. */
export function nextOf(made: Near, near: Near, seen: Near, { columns }: Grid): Near {
  const some = Math.ceil(AT_ONCE / columns) * columns;
  const [from, to] = made[0] < near[1] && near[0] < made[1] ? made : seen;
  const first = Math.min(Math.max(from, near[0]), seen[0]);
  const end = Math.max(Math.min(to, near[1]), seen[1]);
  const below = Math.min(near[1], end + some);
  return [below > end ? first : Math.max(near[0], first - some), below];
}

/** Returns where the n-th box stands. */
export function placeOf(n: number, { columns, width, step, gap }: Grid): { width: string; transform: string } {
  return { width: `${width}px`, transform: `translate(${(n % columns) * (width + gap)}px, ${Math.floor(n / columns) * step}px)` };
}

/** Returns how high a list of so many boxes is. */
export function heightOf(count: number, { columns, step, gap }: Grid): string {
  return `${Math.max(0, Math.ceil(count / columns) * step - gap)}px`;
}

/** Follows which boxes of a list are near. */
export function useWindow(list: Ref<HTMLElement | null>, box: () => Box): { grid: Ref<Grid>; near: Ref<Near> } {
  const grid = shallowRef(gridOf(0, box()));
  const near = shallowRef<Near>([0, 0]);
  let frame: number | null = null;

  function look(): void {
    frame = null;
    if (list.value === null) return;
    const { top, width } = list.value.getBoundingClientRect();
    const now = gridOf(width, box());
    if (now.width !== grid.value.width || now.columns !== grid.value.columns || now.step !== grid.value.step) grid.value = now;
    const wanted = nearOf(top, globalThis.innerHeight, now);
    const found = nextOf(near.value, wanted, nearOf(top, globalThis.innerHeight, now, 0), now);
    if (found[0] !== near.value[0] || found[1] !== near.value[1]) near.value = found;
    if (found[0] !== wanted[0] || found[1] !== wanted[1]) later();
  }

  const later = (): void => void (frame ??= requestAnimationFrame(look));
  // what stands above may grow, too
  const sizes = new ResizeObserver(later);
  watch(list, (now, before) => {
    if (before) sizes.unobserve(before);
    if (now) sizes.observe(now);
    look();
  });
  watch(box, look, { flush: "post" });
  onMounted(() => {
    sizes.observe(document.body);
    globalThis.addEventListener("scroll", later, { passive: true });
    globalThis.addEventListener("resize", later);
    if (list.value) sizes.observe(list.value);
    look();
  });
  onBeforeUnmount(() => {
    sizes.disconnect();
    globalThis.removeEventListener("scroll", later);
    globalThis.removeEventListener("resize", later);
    if (frame !== null) cancelAnimationFrame(frame);
  });
  return { grid, near };
}
