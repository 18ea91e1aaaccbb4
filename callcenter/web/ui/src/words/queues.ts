/** What queues are called. */
import { say } from "@/locale";

/** How the queue of one agent's phone alone is named; the phone's number follows. */
const DIRECT = "direct-";

/** Names a queue as people do; null: there was none. */
export function queueName(queue: string | null): string {
  if (queue === null) return say("call.no_queue");
  return queue.startsWith(DIRECT) ? say("queue.direct", { phone: queue.slice(DIRECT.length) }) : queue;
}
