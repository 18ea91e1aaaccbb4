/** Changes that take two people: how a state looks. */
import type { Shape } from "@/api/client";

const LOOKS: Record<Shape["ChangeState"], string> = { proposed: "warn", approved: "good", rejected: "bad" };

export function changeLook(state: Shape["ChangeState"]): string {
  return LOOKS[state];
}
