/** A page of a list, as its address says: filters, order and place stand in the URL, so that back works. */
import { computed, onMounted, reactive, watch } from "vue";
import { useRoute, useRouter } from "vue-router";

import { Problem } from "@/api/client";
import { say } from "@/locale";

import { whenChanged } from "./settled";

export const PAGE = 100;

export interface Asked {
  /** Filters and order by their names in the address; what is not there is not asked for. */
  told: Record<string, string>;
  cursor: string | null;
  limit: number;
}

export interface Paged<T> {
  items: T[];
  loading: boolean;
  /** It is not for whoever asks. */
  forbidden: boolean;
  fault: string;
  /** Of what is asked now. */
  told: Record<string, string>;
  /** Something narrows the list. */
  narrowed: boolean;
  more: boolean;
  begun: boolean;
  set: (name: string, value: string | null) => void;
  clear: () => void;
  next: () => void;
  first: () => void;
  again: () => Promise<void>;
}

/** Reads a page of a list anew whenever its address or `changes` says something else. */
export function usePaged<T>(
  names: readonly string[],
  read: (asked: Asked) => Promise<{ items: T[]; next: string | null }>,
  changes: () => unknown = () => 0,
): Paged<T> {
  const route = useRoute();
  const router = useRouter();
  const here = route.matched[0]?.path;
  let asked = 0;
  let following: string | null = null;

  const text = (name: string): string | null => {
    const value = route.query[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const told = computed(() =>
    Object.fromEntries(names.map((name) => [name, text(name)] as const).filter((one): one is [string, string] => one[1] !== null)),
  );
  const list = reactive({
    items: [] as T[], loading: true, forbidden: false, fault: "", more: false, told, set, clear, next, first, again,
    narrowed: computed(() => Object.keys(told.value).some((name) => name !== "order")),
    begun: computed(() => text("after") !== null),
  }) as Paged<T>;

  async function again(): Promise<void> {
    const mine = ++asked;
    list.loading = true;
    try {
      const page = await read({ told: told.value, cursor: text("after"), limit: PAGE });
      if (mine !== asked) return;
      following = page.next;
      Object.assign(list, { items: page.items, more: page.next !== null, fault: "", forbidden: false });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (mine !== asked) return;
      Object.assign(list, { fault: error.status === 0 ? say("frame.unreachable") : error.message, forbidden: error.kind === "forbidden" });
    } finally {
      if (mine === asked) list.loading = false;
    }
  }

  function go(query: Record<string, string | undefined>): void {
    const kept = Object.fromEntries(Object.entries({ ...route.query, ...query }).filter(([, value]) => value !== undefined));
    void router.push({ path: route.path, query: kept });
  }

  function set(name: string, value: string | null): void {
    go({ [name]: value || undefined, after: undefined });
  }

  function clear(): void {
    go(Object.fromEntries([...names.filter((name) => name !== "order"), "after"].map((name) => [name, undefined])));
  }

  function next(): void {
    if (following !== null) go({ after: following });
  }

  function first(): void {
    go({ after: undefined });
  }

  onMounted(again);
  watch(
    () => (route.matched[0]?.path === here ? JSON.stringify([told.value, text("after")]) : null),
    (now) => {
      if (now !== null) void again();
    },
  );
  whenChanged(changes, again);
  return list;
}
