/** Which calls a figure counts, as the list of calls has them in its address. */
import type { Shape } from "@/api/client";
import { useSession } from "@/session/store";

export interface Behind {
  queue: string;
  from: string;
  to?: string;
  outcome?: Shape["VisitOutcome"];
}

export function callsBehind(behind: Behind): { path: string; query: Record<string, string> } {
  return { path: "/calls", query: { ...behind } };
}

/** Figures count all calls of a queue: they lead to a list for whoever sees as many there. */
export function useSeesAllCalls(): () => boolean {
  const session = useSession();
  return () => session.may("see_calls") && !["agent", "group_leader"].includes(session.me?.role ?? "agent");
}
