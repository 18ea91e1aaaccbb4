/** Whether the page is seen, sleeps or was frozen: a machine that slept tells nobody, but its timers jump. */
import { now } from "./clock";

/** What is told of a page that the browser stops. */
export const FROZEN = "frozen";
const TICK_MS = 2000;
const SLEPT_MS = 10_000;

export interface Sleeper {
  hidden(detail?: string): void;
  shown(detail?: string): void;
  /** It may have been away: look whether everything still stands. */
  awake(): void;
}

/** Watches; returns what ends it. */
export function watchSleep(sleeper: Sleeper, page: Document = document): () => void {
  let ticked = now();
  const tick = setInterval(() => {
    const slept = now() - ticked > SLEPT_MS;
    ticked = now();
    if (slept) sleeper.awake();
  }, TICK_MS);
  const seen = (): void => {
    if (page.visibilityState === "visible") {
      sleeper.shown();
      sleeper.awake();
    } else {
      sleeper.hidden();
    }
  };
  const frozen = (): void => sleeper.hidden(FROZEN);
  const resumed = (): void => {
    sleeper.shown("resumed");
    sleeper.awake();
  };
  const online = (): void => sleeper.awake();
  page.addEventListener("visibilitychange", seen);
  page.addEventListener("freeze", frozen);
  page.addEventListener("resume", resumed);
  globalThis.addEventListener("online", online);
  return () => {
    clearInterval(tick);
    page.removeEventListener("visibilitychange", seen);
    page.removeEventListener("freeze", frozen);
    page.removeEventListener("resume", resumed);
    globalThis.removeEventListener("online", online);
  };
}
