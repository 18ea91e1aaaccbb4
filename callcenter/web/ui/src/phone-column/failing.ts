/** Whose page needs somebody's help, for whoever leads: nothing of it counts against the agent, so somebody looks. */
import type { AgentNow } from "@/live/state";

/** So many failures of a page in a shift are for a lead to look after. */
const MANY_FAILURES = 3;
const LONG_SECONDS = 600;

/** Tells whether a page could not ring, or lost a call, three times today. */
export function fails(one: AgentNow): boolean {
  return one.page_failures >= MANY_FAILURES;
}

/** Tells whether somebody has been in a system pause for long: their page cannot ring, or nobody has said that they are back. */
export function pausedLong(one: AgentNow, now: number): boolean {
  return one.state === "system_paused" && (one.since === null || lastsLong(one, now));
}

/** Tells whether it is known that what somebody does has lasted for long. */
export function lastsLong(one: AgentNow, now: number): boolean {
  return one.since !== null && now - one.since > LONG_SECONDS;
}
