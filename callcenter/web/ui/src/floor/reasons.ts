/** What reasons of pauses are called, in the reader's language: by the site's names for leads, else by the service's. */
import { computed, type ComputedRef } from "vue";

import { api, ask, type Shape } from "@/api/client";
import { useList } from "@/lists/list";
import { language, sayOne } from "@/locale";
import { useSession } from "@/session/store";

export type Because = (code: string) => string;

export function useReasons(): ComputedRef<Because> {
  const session = useSession();
  const list = useList<Shape["ReasonShown"]>(async () => (session.may("see_floor") ? (await ask(api.GET("/api/v1/floor/reasons"))).items : []), language);
  return computed(() => {
    const names = new Map(list.items.map((one) => [one.code, one.name]));
    return (code) => names.get(code) ?? sayOne("state.because", code);
  });
}
