/** Fields of the forms that are asked here. */
import type { FormField } from "@/cases/form";

export function field(name: string, more: Partial<FormField> = {}): FormField {
  return { name, kind: "words", needed: true, where: null, choices: [], one_of: null, ...more };
}

export const SATISFACTION = ["1", "2", "3"];
