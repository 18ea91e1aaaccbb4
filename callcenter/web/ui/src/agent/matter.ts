/** Which call the agent's page is about: the one that rings, else the one that is talked in, else the one to be written up. */
import type { CallNow, LiveState, PopNow } from "@/live/state";

export type Phase = "ringing" | "talking" | "wrap_up";

/** A call on the page, and what is known of whoever calls. */
export interface Matter {
  uniqueid: string;
  queue: string | null;
  phase: Phase;
  /** When the phase began, by the switch's clock. */
  since: number | null;
  /** When the call rang, from its answer on when that was. */
  at: number | null;
  /** Whose number it was, for a note that is written later. */
  caller?: string | null;
  pop: PopNow | null;
  /** They have talked: it is written up, also where it rings again after the talk was lost, and nobody answers then. */
  talked: boolean;
}

/** How many rings have begun; 0 where the cadence is not known. */
export function ringsBegun(rangAt: number | null, now: number, seconds: number | undefined): number {
  if (rangAt === null || !seconds) return 0;
  return Math.max(1, Math.floor((now - rangAt) / seconds) + 1);
}

function latestOf(calls: Record<string, CallNow>, agent: string): CallNow | null {
  const mine = Object.values(calls).filter((call) => call.agent === agent);
  return mine.sort((a, b) => (b.at ?? 0) - (a.at ?? 0))[0] ?? null;
}

/** Returns what the page is about after `state`; `before` is what it was about, and stays until something else is. */
export function matterAfter(before: Matter | null, state: LiveState, agent: string): Matter | null {
  const found: [Phase, CallNow | null][] = [
    ["talking", latestOf(state.talking, agent)],
    ["ringing", latestOf(state.ringing, agent)],
  ];
  for (const [phase, call] of found) {
    if (call !== null) {
      const same = before?.uniqueid === call.uniqueid ? before : null;
      const talked = phase === "talking" || same?.talked === true;
      return { uniqueid: call.uniqueid, queue: call.queue, phase, since: call.at, at: call.at, pop: popOf(state, call.uniqueid) ?? same?.pop ?? null, talked };
    }
  }
  const ended = state.ended[agent];
  if (before === null) return null;
  if (before.phase === "ringing" && !before.talked) return null;
  if (before.phase === "wrap_up") return before;
  const since = ended?.uniqueid === before.uniqueid ? ended.at : before.since;
  return { ...before, phase: "wrap_up", since };
}

/**
 * Returns the call whose note is written after the page turns to `matter`; `before` is the one that was. A ring takes no
 * note out of anybody's hands: what is typed belongs to one caller until the next is answered.
 */
export function noteAfter(before: Matter | null, matter: Matter | null): Matter | null {
  if (matter !== null && matter.phase !== "ringing") return matter;
  return before?.phase === "wrap_up" ? before : null;
}

function popOf(state: LiveState, uniqueid: string): PopNow | null {
  return state.pops[uniqueid] ?? null;
}
