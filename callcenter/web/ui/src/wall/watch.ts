/** What a wall shows, asked again and again by the token of the device: it never signs out, and goes on by itself. */
import { onBeforeUnmount, reactive } from "vue";

import { api, ask, Problem, type Shape } from "@/api/client";
import { kept } from "@/words/kept";

export type WallNow = Shape["WallNow"];

const EVERY_MS = 1_000;
/** A token that is worth nothing is tried again, in case it was another service that said so. */
const REFUSED_MS = 30_000;
const PATIENCE_MS = 8_000;
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
  let left = false;

  async function look(): Promise<void> {
    try {
      const asked = api.GET("/api/v1/wall", { headers: { Authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(PATIENCE_MS) });
      watched.now = await ask(asked);
      watched.heardAt = Date.now() / 1000;
      watched.fault = "";
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      watched.fault = error.kind === "not-signed-in" ? "refused" : "unreachable";
    } finally {
      if (!left) next = setTimeout(() => void look(), watched.fault === "refused" ? REFUSED_MS : EVERY_MS);
    }
  }
  void look();
  onBeforeUnmount(() => {
    left = true;
    if (next !== null) clearTimeout(next);
  });
  return watched;
}
