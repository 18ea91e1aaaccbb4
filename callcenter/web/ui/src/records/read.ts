/** Which records about oneself were opened in this browser. */
import { ref } from "vue";

import { kept } from "@/words/kept";

const MOST = 50;
const store = kept<string[]>("records.read", (value) => Array.isArray(value) && value.every((one) => typeof one === "string"));
const opened = ref(store.read() ?? []);

export function wasRead(id: string): boolean {
  return opened.value.includes(id);
}

/** Keeps that a record was opened; of many, the latest. */
export function noteRead(id: string): void {
  if (wasRead(id)) return;
  opened.value = [...opened.value, id].slice(-MOST);
  store.write(opened.value);
}
