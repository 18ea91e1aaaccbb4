/** What people are called whose accounts are told: as far as the reader may read names. */
import { shallowRef } from "vue";

import { api, ask, Problem } from "@/api/client";

const names = shallowRef<ReadonlyMap<string, string>>(new Map());

/** Asks for the names; without an answer, people keep those that are known. */
export async function learnPeople(): Promise<void> {
  try {
    const { items } = await ask(api.GET("/api/v1/people"));
    names.value = new Map(items.map((one) => [one.account, one.name]));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

const DEPARTMENT = /^department:/;

/** Names whoever has an account; one whose name is not told is called as the account, and a department as itself. */
export function personName(account: string): string {
  return names.value.get(account) ?? account.replace(DEPARTMENT, "");
}
