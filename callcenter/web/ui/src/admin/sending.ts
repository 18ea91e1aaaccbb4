/** A form that is sent under a key: sent again unheard it is the same request, once it was answered another. */
import { reactive } from "vue";

import { asking, newKey, Problem } from "@/api/client";
import { toldBy, useForm } from "@/words/form";

export interface Sending {
  busy: boolean;
  fault: string;
  key: string;
  send: (work: () => Promise<void>) => Promise<boolean>;
}

/** Does some work; where the service wants the password first, asks for it and does the work then. */
export async function proven(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "unproven" || !(await asking.prove())) throw error;
    await work();
  }
}

/** `outdated` is told when somebody else was faster. */
export function useSending(outdated: () => unknown = () => undefined): Sending {
  const form = useForm((error) => {
    if (error instanceof Problem && error.status !== 0 && error.kind !== "not-signed-in") state.key = newKey();
    if (error instanceof Problem && error.kind === "outdated") void outdated();
    return toldBy(error);
  });
  const state: Sending = reactive({ ...form, key: newKey(), send });

  async function send(work: () => Promise<void>): Promise<boolean> {
    const done = await form.send(() => proven(work));
    if (done) state.key = newKey();
    return done;
  }
  return state;
}
