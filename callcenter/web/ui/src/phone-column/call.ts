/** A call as the column shows it: what the phone knows of it, and what the switch says. The switch's word stands. */
import { type CallNow, key, type LiveState } from "@/live/state";
import type { CallQuality, Consultation, PhoneCall, PhoneLink, PhoneState } from "@/phone/port";
import { only } from "@/words/only";

export interface CallShown {
  /** The phone's own name of it; null: it is on a desk phone, where nothing can be pressed. */
  key: string | null;
  direction: "in" | "out";
  phase: "ringing" | "dialling" | "talking";
  /** The customer's channel, and the queue, where the switch tells of it. */
  uniqueid: string | null;
  queue: string | null;
  number: string;
  name: string;
  /** By the switch's clock. */
  since: number | null;
  muted: boolean;
  held: boolean;
  /** The phone has asked for something else than what the switch says by now. */
  asked: boolean;
  quality: CallQuality | null;
}

/** Tells whether a call is one by which oneself listens to a colleague's. */
export function listensIn(call: CallShown): boolean {
  return call.direction === "out" && /^\*48\d{6}$/.test(call.number);
}

const MOST_LOSS = 0.03;
const LONGEST_ROUND_TRIP_MS = 400;

/** Finds what the switch tells of a call of the phone. */
export function toldOf(call: PhoneCall, state: LiveState, agent: string): CallNow | null {
  const calls = call.phase === "talking" ? { ...state.ringing, ...state.talking } : state.ringing;
  const mine = Object.values(calls).filter((one) => one.agent === agent);
  if (call.channel !== null) return mine.find((one) => one.uniqueid === call.channel) ?? null;
  return call.direction === "in" ? only(mine) : null;
}

/** Puts together what is known of a call of the phone. */
export function shownOf(call: PhoneCall, state: LiveState, agent: string): CallShown {
  const told = toldOf(call, state, agent);
  const talks = told !== null && key(told) in state.talking;
  const held = talks ? key(told) in state.held : call.held;
  const begun = told !== null && talks === (call.phase === "talking") ? told.at : null;
  return {
    key: call.key,
    direction: call.direction,
    phase: call.phase,
    uniqueid: told?.uniqueid ?? call.channel,
    queue: told?.queue ?? null,
    number: call.number,
    name: call.name,
    since: begun ?? call.since / 1000 + state.ahead,
    muted: call.muted,
    held,
    asked: held !== call.held,
    quality: call.quality,
  };
}

/** Puts first the call that the buttons are about: who is talked with, then who is dialled, is held, rings; last who waits meanwhile. */
export function inOrder(calls: readonly CallShown[], consultation: Consultation | null): CallShown[] {
  const rank = (call: CallShown): number => {
    // of a consultation the two sides stay what they are: a swap holds one and takes the other back
    if (call.key !== null && call.key === consultation?.asked) return call.held ? 2 : 0;
    if (call.key !== null && call.key === consultation?.waiting) return call.held ? 5 : 1;
    if (call.phase === "talking") return call.held ? 3 : 1;
    return call.phase === "dialling" ? 2 : 4;
  };
  return [...calls].sort((a, b) => rank(a) - rank(b) || (a.since ?? 0) - (b.since ?? 0));
}

/** Tells whether a call is so bad that people hear it. */
export function poor(quality: CallQuality | null): boolean {
  return quality !== null && (quality.loss > MOST_LOSS || (quality.roundTripMs ?? 0) > LONGEST_ROUND_TRIP_MS);
}

/** Somewhere else of the agent's, from where it can be taken over. */
export const AWAY: ReadonlySet<string> = new Set(["elsewhere", "other_tab"]);

export type Lack = Exclude<PhoneLink, "registered"> | "sound_unasked" | "sound_locked" | "microphone_unasked" | "microphone_denied" | "microphone_lost";

/** Says what the phone lacks to ring and be talked on, the first thing first; null: nothing. */
export function lackOf(state: PhoneState): Lack | null {
  if (AWAY.has(state.link) && state.link !== "registered") return state.link;
  if (state.microphone !== "open" && state.microphone !== "unasked") return `microphone_${state.microphone}`;
  if (state.sound !== "open") return `sound_${state.sound}`;
  if (state.microphone !== "open") return `microphone_${state.microphone}`;
  return state.link === "registered" ? null : state.link;
}

/** Returns what is typed as a number that can be dialled; null: it is none. */
export function dialled(typed: string): string | null {
  const number = typed.replace(/[\s().-]/g, "");
  return /^\+?[0-9*#]{2,20}$/.test(number) ? number : null;
}

export type Next = "sign_in" | "ready" | "after_call_work" | "pause";

/** Says which state the key for the next one asks for; `queued`: what comes after the call. */
export function nextState(state: string, queued: string | null): Next {
  if (state === "offline" || state === "unknown") return "sign_in";
  if (state === "available") return "pause";
  if (state === "paused" || state === "system_paused" || state === "wrap_up") return "ready";
  return queued === null ? "after_call_work" : "ready";
}
