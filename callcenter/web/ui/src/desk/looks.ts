/** Each state's look: never the colour alone. */
import { CircleCheck, Coffee, EditPen, Headset, PhoneFilled, QuestionFilled, SwitchButton, WarningFilled } from "@element-plus/icons-vue";

import type { AgentNow } from "@/live/state";

export interface Look {
  look: "" | "good" | "warn" | "bad" | "accent" | "key";
  icon: typeof Coffee;
}

const LOOKS: Record<string, Look> = {
  available: { look: "good", icon: CircleCheck },
  ringing: { look: "warn", icon: PhoneFilled },
  talking: { look: "accent", icon: PhoneFilled },
  outbound: { look: "accent", icon: PhoneFilled },
  listen: { look: "accent", icon: Headset },
  whisper: { look: "accent", icon: Headset },
  barge: { look: "accent", icon: Headset },
  blocked: { look: "bad", icon: PhoneFilled },
  paused: { look: "warn", icon: Coffee },
  system_paused: { look: "bad", icon: WarningFilled },
  wrap_up: { look: "key", icon: EditPen },
  offline: { look: "", icon: SwitchButton },
};

/** Returns the state that a person is shown in: who listens has dialled for nothing else. */
export function stateOf(now: Pick<AgentNow, "state" | "listens">): string {
  return now.listens ? now.listens.mode ?? "listen" : now.state;
}

export function lookOf(state: string): Look {
  return LOOKS[state] ?? { look: "", icon: QuestionFilled };
}
