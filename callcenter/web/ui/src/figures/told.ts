/** Figures as the service tells them, read anew when what is asked changes. */
import { onMounted, reactive, watch } from "vue";

import { Problem } from "@/api/client";
import { toldBy } from "@/words/form";

export interface Told<T> {
  data: T | null;
  fault: string;
  forbidden: boolean;
  again: () => Promise<void>;
}

export function useTold<T>(read: () => Promise<T>, asks: () => unknown): Told<T> {
  let asked = 0;
  const told = reactive({ data: null as T | null, fault: "", forbidden: false, again }) as Told<T>;

  async function again(): Promise<void> {
    const mine = ++asked;
    try {
      const data = await read();
      if (mine === asked) Object.assign(told, { data, fault: "", forbidden: false });
    } catch (error) {
      const fault = toldBy(error);
      if (mine === asked) Object.assign(told, { data: null, fault, forbidden: error instanceof Problem && error.kind === "forbidden" });
    }
  }
  onMounted(again);
  watch(() => JSON.stringify(asks()), again);
  return told;
}
