/** What queues are called: by the site's names, as far as it gave any. */
import { shallowRef } from "vue";

import { api, ask, Problem } from "@/api/client";
import { say } from "@/locale";

/** How the queue of one agent's phone alone is named; the phone's number follows. */
const DIRECT = "direct-";
const names = shallowRef<ReadonlyMap<string, string>>(new Map());

/** Asks for the site's names in the reader's language; without an answer, queues keep those that are known. */
export async function learnQueues(): Promise<void> {
  try {
    const { items } = await ask(api.GET("/api/v1/queues"));
    names.value = new Map(items.map((one) => [one.queue, one.name]));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

/** Names a queue as people do; null: there was none. */
export function queueName(queue: string | null): string {
  if (queue === null) return say("call.no_queue");
  return queue.startsWith(DIRECT) ? say("queue.direct", { phone: queue.slice(DIRECT.length) }) : (names.value.get(queue) ?? queue);
}
