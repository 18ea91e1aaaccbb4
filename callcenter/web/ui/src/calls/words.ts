/** What a part of a call is called, and what is said of it. */
import type { Shape } from "@/api/client";
import { say, sayOne } from "@/locale";
import { queueName } from "@/words/queues";

type Part = Shape["CallPartShown"];

/** Says who a lane is. */
export function laneName(lane: Shape["CallLaneShown"]): string {
  if (lane.kind === "caller") return say("call.the_caller");
  if (lane.name === null) return say("unknown");
  return lane.kind === "queue" ? queueName(lane.name) : lane.name;
}

/** Names a phone by its number or name on the switch, without the way by which the switch reaches it. */
export function phoneName(phone: string): string {
  return say("call.phone", { phone: phone.slice(phone.indexOf("/") + 1) });
}

/** Says everything of a part but what it is and when: what became of it, rings, who hung up. */
export function details(lane: Shape["CallLaneShown"], part: Part): string[] {
  const said: string[] = [];
  if (part.lasts) said.push(say("call.lasts"));
  if (part.outcome !== null) said.push(outcome(part));
  if (part.rings !== null) said.push(say("call.rings_n", { n: part.rings }));
  else if (part.kind === "ringing") said.push(say("call.rings_unseen"));
  if (part.how !== null && part.how !== "queue") said.push(sayOne("how", part.how));
  if (part.transferred !== null) said.push(sayOne("transferred", part.transferred));
  if (part.ended_by !== null) said.push(say("call.ended_by", { who: sayOne("ended", part.ended_by) }));
  if (lane.kind === "phone" && part.name !== null) said.push(say("call.for_queue", { queue: queueName(part.name) }));
  if (part.in_gap) said.push(say("call.in_gap"));
  return said;
}

function outcome(part: Part): string {
  if (part.kind === "survey") return sayOne("survey", part.outcome);
  if (part.kind === "waiting" || part.kind === "refused") return sayOne("visit", part.outcome);
  return sayOne("offer", part.outcome);
}
