/** What a wall shows, told as it changes by the token of the device: it never signs out, and goes on by itself. */
import { onBeforeUnmount, reactive } from "vue";

import { api, ask, Problem, type Shape } from "@/api/client";
import { eventsOf } from "@/live/events";
import { kept } from "@/words/kept";

export type WallNow = Shape["WallNow"];

const AGAIN_MS = 1_000;
/** A token that is worth nothing is tried again, in case it was another service that said so. */
const REFUSED_MS = 30_000;
/** The service says something every three seconds: where nothing was heard for so long, the connection is dead. */
const SILENCE_MS = 10_000;
const TOKEN = kept<string>("wall", (value) => typeof value === "string" && value !== "");

/** Takes the token out of the address, where it stands once, behind the sign that no server is sent. */
export function takeToken(): string | null {
  const told = new URLSearchParams(globalThis.location.hash.slice(1)).get("token");
  if (told) {
    TOKEN.write(told);
    globalThis.history.replaceState(globalThis.history.state, "", globalThis.location.pathname);
  }
  return told ?? TOKEN.read();
}

export interface Watched {
  now: WallNow | null;
  /** When our clock read so it was answered, in seconds. */
  heardAt: number;
  fault: "" | "refused" | "unreachable";
}

/** Follows what a wall shows until the page is left. */
export function useWatched(token: string): Watched {
  const watched = reactive<Watched>({ now: null, heardAt: 0, fault: "" });
  let next: ReturnType<typeof setTimeout> | null = null;
  let silent: ReturnType<typeof setTimeout> | null = null;
  let left = false;
  let asking = new AbortController();

  function wait(): void {
    if (silent !== null) clearTimeout(silent);
    silent = setTimeout(() => asking.abort(), SILENCE_MS);
  }

  async function follow(): Promise<void> {
    asking = new AbortController();
    wait();
    try {
      const asked = api.GET("/api/v1/wall/live", { headers: { Authorization: `Bearer ${token}` }, signal: asking.signal, parseAs: "stream" });
      const body = (await ask(asked)) as ReadableStream<Uint8Array>;
      for await (const event of eventsOf(body)) {
        wait();
        if (event.name !== "wall") continue;
        Object.assign(watched, { now: JSON.parse(event.data) as WallNow, heardAt: Date.now() / 1000, fault: "" });
      }
      watched.fault = "unreachable";
    } catch (error) {
      // a connection that breaks in the middle is no answer
      watched.fault = error instanceof Problem && error.kind === "not-signed-in" ? "refused" : "unreachable";
    } finally {
      if (silent !== null) clearTimeout(silent);
      if (!left) next = setTimeout(() => void follow(), watched.fault === "refused" ? REFUSED_MS : AGAIN_MS);
    }
  }
  void follow();
  onBeforeUnmount(() => {
    left = true;
    if (next !== null) clearTimeout(next);
    asking.abort();
  });
  return watched;
}
