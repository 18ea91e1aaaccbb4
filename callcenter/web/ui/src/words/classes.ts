/** The classes of contacts by the department's names of them. */
import { onMounted, ref, type Ref } from "vue";

import { api, ask, Problem, type Shape } from "@/api/client";
import { language } from "@/locale";

export type ContactClass = Shape["CaseClassShown"];

export interface Classes {
  /** Those that a contact can be given. */
  open: Ref<ContactClass[]>;
  /** Names one, in the language of the page; a code that is not known is itself. */
  named: (code: string) => string;
}

export function useClasses(): Classes {
  const all = ref<ContactClass[]>([]);
  const open = ref<ContactClass[]>([]);

  onMounted(async () => {
    try {
      all.value = (await ask(api.GET("/api/v1/classes", { params: { query: { closed: true } } }))).items;
      open.value = all.value.filter((one) => !one.closed);
    } catch (error) {
      if (!(error instanceof Problem)) throw error; // without their names the codes are there all the same
    }
  });

  function named(code: string): string {
    const found = all.value.find((one) => one.code === code);
    return found === undefined ? code : language() === "en" ? found.en : found.zh;
  }
  return { open, named };
}
