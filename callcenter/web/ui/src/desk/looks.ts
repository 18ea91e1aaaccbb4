/** Each state's look: never the colour alone. */
import { CircleCheck, Coffee, EditPen, PhoneFilled, QuestionFilled, SwitchButton, WarningFilled } from "@element-plus/icons-vue";

export interface Look {
  look: "" | "good" | "warn" | "bad" | "accent" | "key";
  icon: typeof Coffee;
}

const LOOKS: Record<string, Look> = {
  available: { look: "good", icon: CircleCheck },
  ringing: { look: "warn", icon: PhoneFilled },
  talking: { look: "accent", icon: PhoneFilled },
  outbound: { look: "accent", icon: PhoneFilled },
  blocked: { look: "bad", icon: PhoneFilled },
  paused: { look: "warn", icon: Coffee },
  system_paused: { look: "bad", icon: WarningFilled },
  wrap_up: { look: "key", icon: EditPen },
  offline: { look: "", icon: SwitchButton },
};

export function lookOf(state: string): Look {
  return LOOKS[state] ?? { look: "", icon: QuestionFilled };
}
