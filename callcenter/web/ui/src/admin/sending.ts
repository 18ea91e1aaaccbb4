/** A form that is being sent: what is wrong is said beside it, and what was typed stays. */
import { reactive } from "vue";

import { newKey, Problem } from "@/api/client";
import { say } from "@/locale";

export interface Sending {
  busy: boolean;
  fault: string;
  /** By which the same request, sent again, is the same; another once it was answered. */
  key: string;
  /** Sends; tells whether it was done. */
  send: (work: () => Promise<void>) => Promise<boolean>;
}

/** Gives what a form needs to be sent; `outdated` is told when somebody else was faster. */
export function useSending(outdated: () => unknown = () => undefined): Sending {
  const state: Sending = reactive({ busy: false, fault: "", key: newKey(), send });

  async function send(work: () => Promise<void>): Promise<boolean> {
    if (state.busy) return false;
    state.busy = true;
    state.fault = "";
    try {
      await work();
      state.key = newKey();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      state.fault = error.status === 0 ? say("frame.unreachable") : error.message;
      if (error.status !== 0 && error.kind !== "not-signed-in") state.key = newKey();
      if (error.kind === "outdated") await outdated();
      return false;
    } finally {
      state.busy = false;
    }
  }
  return state;
}
