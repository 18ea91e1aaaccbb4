/** A form that is sent: it is busy meanwhile, and says what the service said against it. */
import { ref, type Ref } from "vue";

import { Problem } from "@/api/client";
import { say } from "@/locale";

/** Says in a reader's words what went wrong; raises what is no `Problem`. */
export function toldBy(error: unknown): string {
  if (!(error instanceof Problem)) throw error;
  return error.status === 0 ? say("frame.unreachable") : error.message;
}

export interface Form {
  busy: Ref<boolean>;
  /** Empty: nothing is wrong. */
  fault: Ref<string>;
  /** Does what a form asks for, once at a time; tells whether it was done. */
  send: (work: () => Promise<void>) => Promise<boolean>;
}

/** `words`: what is said of an error, where that is not what the service said. */
export function useForm(words: (error: unknown) => string = toldBy): Form {
  const busy = ref(false);
  const fault = ref("");

  async function send(work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    fault.value = "";
    try {
      await work();
      return true;
    } catch (error) {
      fault.value = words(error);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, fault, send };
}
