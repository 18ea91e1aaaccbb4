/** Whom somebody looks for: a name or a number stands in no address, and stays while one goes to a card and back. */
import { ref } from "vue";

import { sort } from "@/search/sort";

/** Empty: nobody. */
export const sought = ref("");

/** Tells what was typed apart: a number, else a part of a name. */
export function soughtAs(words: string): { name: string | null; number: string | null } {
  const { number, name, caseNumber } = sort(words);
  return { number, name: number === null ? (name ?? caseNumber) : null };
}
