/** Who is signed in: the page begins by asking, and keeps what was typed where the session ends under it. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { api, ask, asking, Problem, type Shape } from "@/api/client";
import { closeSealed, openSealed } from "@/words/sealed";

export type Me = Shape["Me"];
export type Right = Shape["Right"];

export const useSession = defineStore("session", () => {
  const me = ref<Me | null>(null);
  const lost = ref(false);
  /** Whom it is told whether the password was given, while it is asked for once more. */
  const proving = ref<((given: boolean) => void) | null>(null);
  let tellAsked: () => void = () => undefined;
  /** Is there once it is known whether somebody is signed in. */
  const asked = new Promise<void>((resolve) => (tellAsked = resolve));

  /** Whose page this is, also after they have signed out. */
  let whose = "";

  /** Takes in who is signed in; the page of somebody else is not carried on. */
  async function take(told: Me): Promise<Me> {
    if (whose !== "" && whose !== told.name) {
      globalThis.location.assign("/");
      return new Promise(() => undefined);
    }
    whose = told.name;
    await openSealed(told.name, told.draft_key);
    me.value = told;
    asking.csrf = told.csrf;
    lost.value = false;
    return told;
  }

  /** Asks who is signed in; null: nobody, any more where somebody was. */
  async function begin(): Promise<Me | null> {
    const told = await ask(api.GET("/api/v1/session", { params: { query: { or_none: true } } }));
    if (told) await take(told);
    else asking.sessionLost();
    tellAsked();
    return told ?? null;
  }

  async function signIn(name: string, password: string, code = ""): Promise<Me> {
    return take(await ask(api.POST("/api/v1/session", { body: { name, password, code } })));
  }

  async function signOut(): Promise<void> {
    try {
      await ask(api.DELETE("/api/v1/session"));
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== "not-signed-in") throw error;
    }
    closeSealed();
    me.value = null;
    asking.csrf = "";
    lost.value = false;
  }

  asking.sessionLost = () => {
    if (me.value !== null) lost.value = true;
  };

  asking.othersSession = () => void begin().catch(() => undefined);

  asking.prove = () =>
    new Promise((resolve) => {
      proving.value?.(false);
      proving.value = (given) => {
        proving.value = null;
        resolve(given);
      };
    });

  const rights = computed(() => new Set<Right>(me.value?.rights ?? []));
  const may = (...wanted: Right[]): boolean => wanted.some((right) => rights.value.has(right));
  /** The agent that the account is on the floor; null where it is none. */
  const agent = computed(() => (may("record_call", "use_desk") ? (me.value?.agent ?? null) : null));

  return { me, lost, proving, asked, begin, signIn, signOut, may, agent };
});
