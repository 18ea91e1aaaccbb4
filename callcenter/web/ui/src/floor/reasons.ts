/** What reasons of pauses are called, in the reader's language. */
import { computed, type ComputedRef } from "vue";

import { api, ask, type Shape } from "@/api/client";
import { useList } from "@/lists/list";
import { language, sayOne } from "@/locale";

export type Because = (code: string) => string;

export function useReasons(): ComputedRef<Because> {
  const list = useList<Shape["ReasonShown"]>(() => ask(api.GET("/api/v1/floor/reasons")).then((found) => found.items), language);
  return computed(() => {
    const names = new Map(list.items.map((one) => [one.code, one.name]));
    return (code) => names.get(code) ?? sayOne("state.because", code);
  });
}
