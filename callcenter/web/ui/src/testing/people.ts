import type { AgentNow } from "@/live/state";

/** Makes an agent as the floor tells of one. */
export function agent(name: string, told: Partial<AgentNow> = {}): AgentNow {
  return {
    agent: name,
    state: "available",
    reason: null,
    since: 0,
    queues: ["sales"],
    team: "hotline",
    missed: 0,
    unreachable: false,
    phone_losses: 0,
    page_failures: 0,
    listens: null,
    ...told,
  };
}
