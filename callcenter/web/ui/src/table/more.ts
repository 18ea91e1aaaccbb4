/** A list that grows as one asks for more of it. */
import { onMounted, reactive } from "vue";

import { toldBy } from "@/words/form";

export interface Growing<T> {
  items: T[];
  loading: boolean;
  fault: string;
  /** There is more of it. */
  more: boolean;
  next: () => Promise<void>;
  again: () => Promise<void>;
}

/** Makes a list of the pages that `read` answers, from the first on. */
export function useGrowing<T>(read: (cursor: string | null) => Promise<{ items: T[]; next: string | null }>): Growing<T> {
  let following: string | null = null;
  let asked = 0;
  const list = reactive({ items: [] as T[], loading: true, fault: "", more: false, next, again }) as Growing<T>;

  async function take(cursor: string | null): Promise<void> {
    const mine = ++asked;
    list.loading = true;
    try {
      const page = await read(cursor);
      if (mine !== asked) return;
      following = page.next;
      Object.assign(list, { items: cursor === null ? page.items : [...list.items, ...page.items], more: following !== null, fault: "" });
    } catch (error) {
      if (mine === asked) list.fault = toldBy(error);
    } finally {
      if (mine === asked) list.loading = false;
    }
  }

  async function next(): Promise<void> {
    if (following !== null && !list.loading) await take(following);
  }

  function again(): Promise<void> {
    return take(null);
  }
  onMounted(again);
  return list;
}
