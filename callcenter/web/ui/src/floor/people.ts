/** The people of the floor, each with the call that they have: a value stays the same one while nothing of it changes. */
import type { AgentNow, CallNow, LiveState } from "@/live/state";

export type CallPhase = "ringing" | "talking" | "held";

export interface Person {
  now: AgentNow;
  /** The call that rings at the phone, or that they are in. */
  call: CallNow | null;
  phase: CallPhase | null;
}

type Told = Pick<LiveState, "agents" | "ringing" | "talking" | "held">;

/** Returns everybody by name; who is as before is the same value as before. */
export function peopleOf(told: Told, before: ReadonlyMap<string, Person> = new Map()): Map<string, Person> {
  const calls = new Map<string, [CallNow, CallPhase]>();
  const put = (all: Record<string, CallNow>, phase: CallPhase): void => {
    for (const call of Object.values(all)) if (call.agent !== null) calls.set(call.agent, [call, phase]);
  };
  put(told.ringing, "ringing");
  put(told.talking, "talking");
  for (const [key, call] of Object.entries(told.held)) {
    const talk = told.talking[key];
    if (call.agent !== null && talk !== undefined) calls.set(call.agent, [talk, "held"]);
  }
  const people = new Map<string, Person>();
  for (const now of Object.values(told.agents)) {
    const [call, phase] = calls.get(now.agent) ?? [null, null];
    const was = before.get(now.agent);
    const same = was !== undefined && was.now === now && was.call === call && was.phase === phase;
    people.set(now.agent, same ? was : { now, call, phase });
  }
  return people;
}
