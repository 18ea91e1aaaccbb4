/** What may be done with lost calls: claimed, given back, called back, closed; said where it fails. */
import { ElMessage } from "element-plus";
import { computed, reactive, ref } from "vue";

import { api, ask, Problem, type Shape } from "@/api/client";
import { useLive } from "@/live/store";
import { say } from "@/locale";
import { usePhone } from "@/phone-column/store";
import { useSession } from "@/session/store";
import { epoch } from "@/words/times";

export type Lost = Shape["LostCallShown"];

export interface LostActs {
  mine: (one: Lost) => boolean;
  claim: (number: string) => Promise<void>;
  /** Takes over what another has; raises what the service says against it. */
  takeOver: (number: string, reason: string) => Promise<void>;
  release: (number: string) => Promise<void>;
  callBack: (number: string) => Promise<void>;
  close: () => Promise<void>;
  choose: (id: string, on: boolean) => void;
  because: (reason: string) => void;
  readonly chosen: readonly string[];
  readonly reason: string;
  /** What is dialled on a desk phone to call back, while it is good. */
  readonly code: { dial: string; left: number } | null;
}

export function useLost(again: () => Promise<void>): LostActs {
  const live = useLive();
  const session = useSession();
  const phone = usePhone();
  const chosen = ref<string[]>([]);
  const reason = ref("");
  const given = ref<{ dial: string; until: number } | null>(null);
  const code = computed(() => {
    const left = (given.value?.until ?? 0) - live.now;
    return given.value !== null && left > 0 ? { dial: given.value.dial, left } : null;
  });

  async function tried(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      ElMessage.error(error.status === 0 ? say("frame.unreachable") : error.message);
    }
    await again();
  }

  const of = (number: string): { path: { number: string } } => ({ path: { number } });
  const acts = {
    chosen,
    reason,
    code,
    mine: (one: Lost) => one.claim !== null && one.claim.claimed_by === session.me?.name,
    claim: (number: string) => tried(() => ask(api.POST("/api/v1/lost-calls/{number}/claim", { params: of(number), body: {} }))),
    async takeOver(number: string, reason: string) {
      await ask(api.POST("/api/v1/lost-calls/{number}/claim", { params: of(number), body: { reason } }));
      await again();
    },
    release: (number: string) => tried(() => ask(api.POST("/api/v1/lost-calls/{number}/release", { params: of(number) }))),
    callBack: (number: string) =>
      tried(async () => {
        const told = await ask(api.POST("/api/v1/lost-calls/{number}/call", { params: of(number) }));
        given.value = (await phone.dial(told.dial)) ? null : { dial: told.dial, until: epoch(told.until) ?? 0 };
      }),
    close: () =>
      tried(async () => {
        await ask(api.POST("/api/v1/lost-calls/close", { body: { ids: chosen.value, reason: reason.value.trim() } }));
        chosen.value = [];
        reason.value = "";
      }),
    choose(id: string, on: boolean) {
      chosen.value = on ? [...chosen.value, id] : chosen.value.filter((one) => one !== id);
    },
    because(words: string) {
      reason.value = words;
    },
  };
  return reactive(acts);
}
