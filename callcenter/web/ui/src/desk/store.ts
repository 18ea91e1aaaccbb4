/** The agent's own state at the switch: asked for and told by /api/v1/desk; where that is not there, only shown. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { askPlain, Problem } from "@/api/client";

/** The phone that the service names for this session; `taken`: another one has it. */
export interface PhoneTold {
  uri: string;
  websocket: string;
  domain: string;
  ice_servers: string[];
  taken: boolean;
}

export interface Reason {
  code: string;
  name: string;
  /** Not any more, where it is false: then it is a name alone. */
  offered: boolean;
}

export interface Desk {
  agent: string;
  interface: string | null;
  state: string;
  reason: string | null;
  since: string | null;
  queued: { state: string; reason: string | null } | null;
  queues: string[];
  reasons: Reason[];
  /** The phone of this page; null: there is none, or calls ring elsewhere. */
  phone: PhoneTold | null;
}

export type Wanted = "ready" | "paused" | "signed_out";

export const useDesk = defineStore("desk", () => {
  const desk = ref<Desk | null>(null);
  const there = ref(false);

  async function look(): Promise<void> {
    try {
      desk.value = await askPlain<Desk>("GET", "/api/v1/desk");
      there.value = true;
    } catch (error) {
      // a service that switches no agent's state has no desk
      if (!(error instanceof Problem) || error.status === 0) throw error;
      there.value = false;
    }
  }

  async function want(state: Wanted, reason?: string): Promise<void> {
    await askPlain("POST", "/api/v1/desk/state", reason === undefined ? { state } : { state, reason });
    await look();
  }

  async function signIn(): Promise<void> {
    await askPlain("POST", "/api/v1/desk/sign-in", {});
    await look();
  }

  const queued = computed(() => desk.value?.queued ?? null);

  return { desk, there, queued, look, want, signIn };
});
