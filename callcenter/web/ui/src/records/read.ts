/** Which records about oneself were opened in this browser. */
import { ref } from "vue";

import type { Shape } from "@/api/client";
import { kept } from "@/words/kept";
import { epoch } from "@/words/times";

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

type Told = Pick<Shape["Summary"], "id" | "state" | "told_at" | "decided_at">;
const FRESH_SECONDS = 14 * 86_400;

/** Tells whether a decision stands: while an appeal is open none does. */
export const isDecided = (one: Told): boolean => one.decided_at !== null && one.state !== "appealed";

/** Returns what of a record its agent has to read: that it was told, then each decision. */
export const newsOf = (one: Told): string => (isDecided(one) ? `${one.id} ${one.decided_at}` : one.id);

/** Tells whether its agent should be told of a record above each page: until it is opened, a decision for two weeks. */
export function isNews(one: Told, now: number): boolean {
  const fresh = isDecided(one) ? (epoch(one.decided_at) ?? 0) > now - FRESH_SECONDS : one.state === "notified";
  return fresh && one.told_at !== null && !wasRead(newsOf(one));
}
