/** Columns of a table: which are shown is kept in this browser, by the table's name. */
import { ref, type Ref } from "vue";

import type { TextKey } from "@/locale";
import { kept } from "@/words/kept";

export interface Column<T> {
  /** By which a file of the table asks for it. */
  key: string;
  title: TextKey;
  /** What stands in it; where a page draws it itself, a slot of the key's name. */
  text?: (row: T) => string;
  /** Numbers stand right. */
  figure?: boolean;
  /** Not shown until somebody asks for it. */
  beside?: boolean;
  /** It stands in no file. */
  onPage?: boolean;
  /** Shown also beside an open record: always, or where the table has room for more. */
  first?: boolean | "wide";
}

const isNames = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === "string");

/** Gives the keys of the columns that are shown, and keeps them. */
export function useColumns<T>(name: string, all: readonly Column<T>[]): { shown: Ref<string[]>; choose: (key: string, on: boolean) => void } {
  const store = kept<string[]>(`columns.${name}`, isNames);
  const usual = all.filter((one) => !one.beside).map((one) => one.key);
  const known = new Set(all.map((one) => one.key));
  const before = store.read()?.filter((one) => known.has(one)) ?? [];
  const shown = ref(before.length ? before : usual);

  function choose(key: string, on: boolean): void {
    const next = all.map((one) => one.key).filter((one) => (one === key ? on : shown.value.includes(one)));
    if (next.length === 0) return;
    shown.value = next;
    store.write(next);
  }
  return { shown, choose };
}
