/** A form that is sent under a key: sent again unheard it is the same request, once it was answered another. */
import { ElMessage } from "element-plus";
import { reactive } from "vue";
import { useRouter } from "vue-router";

import { api, ask, asking, newKey, Problem, type Shape } from "@/api/client";
import { say } from "@/locale";
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

export interface Proposing {
  sending: Sending;
  propose: (body: Shape["NewChange"]) => Promise<void>;
  /** Sends what makes a change of its own kind. */
  made: (work: () => Promise<Shape["ChangeShown"]>) => Promise<void>;
}

/** A change that is proposed, and opened where a second person decides on it; `proposed` is told before the page is left. */
export function useProposing(proposed: () => void = () => undefined): Proposing {
  const router = useRouter();
  const sending = useSending();

  const propose = (body: Shape["NewChange"]): Promise<void> => made(() => ask(api.POST("/api/v1/changes", { body, params: { header: { "idempotency-key": sending.key } } })));

  async function made(work: () => Promise<Shape["ChangeShown"]>): Promise<void> {
    let id = "";
    const done = await sending.send(async () => {
      id = (await work()).id;
    });
    if (!done) return;
    proposed();
    ElMessage.success(say("changes.made"));
    await router.push(`/admin/changes/${id}`);
  }
  return { sending, propose, made };
}
