/** What may be done with an agent's desk and call: asked for, done, said where it fails. */
import { computed, type ComputedRef, type Ref, ref, watch } from "vue";

import { api, ask, type Shape } from "@/api/client";
import { useLive } from "@/live/store";
import type { TextKey } from "@/locale";
import { usePhone } from "@/phone-column/store";
import { type Form, toldBy, useForm } from "@/words/form";
import { epoch } from "@/words/times";

import { useListening } from "./listening";

export type Acts = Shape["ActsShown"];
export type Act = "pause" | "ready" | "sign_out" | "queues" | "message" | "listen" | "whisper" | "barge";

const DESK: readonly Act[] = ["pause", "ready", "sign_out", "queues", "message"];
const LISTENING: readonly Act[] = ["listen", "whisper", "barge"];
/** Whose words come first where nothing else is written: why it is done. */
const WHY: Record<Exclude<Act, "message">, readonly TextKey[]> = {
  pause: ["acts.why.training", "acts.why.talk", "acts.why.away"],
  ready: ["acts.why.waiting", "acts.why.forgot"],
  sign_out: ["acts.why.gone", "acts.why.phone"],
  queues: ["acts.why.waiting", "acts.why.leave", "acts.why.training"],
  listen: ["acts.why.quality", "acts.why.coaching", "acts.why.complaint"],
  whisper: ["acts.why.coaching", "acts.why.help"],
  barge: ["acts.why.help", "acts.why.complaint"],
};

export function whys(act: Act): readonly TextKey[] {
  return act === "message" ? [] : WHY[act];
}

/** Returns what may be offered now, in the order in which it is. */
export function offered(acts: Acts): Act[] {
  const desk = acts.may.includes("act_on_agents");
  const signedIn = acts.queues.length > 0;
  const found = desk ? DESK.filter((one) => one === "message" || (signedIn && fits(one, acts))) : [];
  if (!acts.in_talk) return found;
  const speak = acts.may.includes("speak_in");
  return [...found, ...LISTENING.filter((one) => (one === "listen" ? acts.may.includes("listen_in") : speak))];
}

/** Nobody is made ready who is, unless a pause waits for the end of a call. */
function fits(act: Act, acts: Acts): boolean {
  return act !== "ready" || acts.queued !== null || ["paused", "wrap_up"].includes(acts.state);
}

export interface ActsOn extends Form {
  acts: Ref<Acts | null>;
  /** Why nothing can be shown; empty: nothing is wrong. */
  away: Ref<string>;
  /** What is dialled on a desk phone to listen, while it is good. */
  code: ComputedRef<{ dial: string; left: number } | null>;
  set: (state: "paused" | "ready" | "signed_out", why: string, reason?: string) => Promise<boolean>;
  move: (join: string[], leave: string[], why: string) => Promise<boolean>;
  write: (text: string) => Promise<boolean>;
  listen: (mode: "listen" | "whisper" | "barge", why: string) => Promise<boolean>;
}

export function useActs(agent: () => string): ActsOn {
  const live = useLive();
  const phone = usePhone();
  const form = useForm();
  const acts = ref<Acts | null>(null);
  const away = ref("");
  const given = ref<{ dial: string; until: number } | null>(null);
  const listening = useListening();
  const code = computed(() => {
    if (listening.value !== null) return null;
    const left = (given.value?.until ?? 0) - live.now;
    return given.value !== null && left > 0 ? { dial: given.value.dial, left } : null;
  });
  const path = (): { path: { agent: string } } => ({ path: { agent: agent() } });

  async function look(): Promise<void> {
    const whom = agent();
    try {
      const told = await ask(api.GET("/api/v1/acts/agents/{agent}", { params: path() }));
      if (whom !== agent()) return;
      acts.value = told;
      away.value = "";
    } catch (error) {
      away.value = toldBy(error);
    }
  }

  /** Grows old with whatever the switch tells of the agent. */
  const seen = (): string => {
    const now = live.state.agents[agent()];
    const talks = Object.values(live.state.talking).filter((one) => one.agent === agent()).map((one) => one.uniqueid);
    return JSON.stringify([agent(), now?.state, now?.reason, now?.queues, talks]);
  };
  watch(seen, () => void look(), { immediate: true });
  watch([agent, () => acts.value?.in_talk === true], () => (given.value = null));

  const done = (work: () => Promise<unknown>): Promise<boolean> => form.send(async () => void (await work()));
  return {
    ...form,
    acts,
    away,
    code,
    set: (state, why, reason) =>
      done(async () => {
        const body = { state, why, reason: reason ?? null };
        acts.value = await ask(api.POST("/api/v1/acts/agents/{agent}/state", { params: path(), body }));
      }),
    move: (join, leave, why) =>
      done(async () => {
        acts.value = await ask(api.POST("/api/v1/acts/agents/{agent}/queues", { params: path(), body: { join, leave, why } }));
      }),
    write: (text) => done(() => ask(api.POST("/api/v1/acts/agents/{agent}/messages", { params: path(), body: { text } }))),
    listen: (mode, why) =>
      done(async () => {
        const told = await ask(api.POST("/api/v1/acts/agents/{agent}/listen", { params: path(), body: { mode, why } }));
        given.value = (await phone.dial(told.dial)) ? null : { dial: told.dial, until: epoch(told.until) ?? 0 };
      }),
  };
}
