/** A list that is asked anew when something is told that changes it: loading, empty and fault are its states. */
import { onMounted, reactive } from "vue";

import { Problem } from "@/api/client";
import { say } from "@/locale";
import { whenChanged } from "@/table/settled";

export interface List<T> {
  items: T[];
  loading: boolean;
  fault: string;
  again: () => Promise<void>;
}

/** Makes a list of what `read` answers; it is read again when `changes` does, at most a few times a second. */
export function useList<T>(read: () => Promise<T[]>, changes: () => unknown): List<T> {
  let asked = 0;
  const list = reactive({ items: [] as T[], loading: true, fault: "", again }) as List<T>;

  async function again(): Promise<void> {
    const mine = ++asked;
    list.loading = true;
    try {
      const items = await read();
      if (mine === asked) Object.assign(list, { items, fault: "" });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (mine === asked) list.fault = error.status === 0 ? say("frame.unreachable") : error.message;
    } finally {
      if (mine === asked) list.loading = false;
    }
  }

  onMounted(again);
  whenChanged(changes, again);
  return list;
}
