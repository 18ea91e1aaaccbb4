/** A list that is answered whole, as a table shows it. */
import { onMounted, reactive, watch } from "vue";

import { Problem } from "@/api/client";
import { say } from "@/locale";

import type { Paged } from "./paged";

const nothing = (): void => undefined;

/** Makes a table's list of what somebody else reads. */
export function whole<T>(again: () => Promise<void>): Paged<T> {
  return reactive({
    items: [] as T[], loading: false, forbidden: false, fault: "", told: {}, narrowed: false, more: false, begun: false,
    set: nothing, clear: nothing, next: nothing, first: nothing, again,
  }) as Paged<T>;
}

/** Reads a list whole, and anew when `changes` says something else. */
export function useWhole<T>(read: () => Promise<T[]>, changes: () => unknown = () => 0): Paged<T> {
  let asked = 0;
  const list = whole<T>(again);

  async function again(): Promise<void> {
    const mine = ++asked;
    list.loading = true;
    try {
      const items = await read();
      if (mine === asked) Object.assign(list, { items, fault: "", forbidden: false });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (mine !== asked) return;
      const fault = error.kind === "not-found" ? "" : error.status === 0 ? say("frame.unreachable") : error.message;
      Object.assign(list, { items: [], fault, forbidden: error.kind === "forbidden" });
    } finally {
      if (mine === asked) list.loading = false;
    }
  }

  onMounted(again);
  watch(changes, again);
  return list;
}
