/** What queues are called, in the reader's language; one without a name of the site's is called as the switch calls it. */
import { computed, type ComputedRef } from "vue";

import { api, ask, type Shape } from "@/api/client";
import { language } from "@/locale";

import { useList } from "./list";

export type QueueNamed = (queue: string) => string;

export function useQueueNames(): ComputedRef<QueueNamed> {
  const list = useList<Shape["QueueName"]>(() => ask(api.GET("/api/v1/queues")).then((found) => found.items), language);
  return computed(() => {
    const names = new Map(list.items.map((one) => [one.queue, one.name]));
    return (queue) => names.get(queue) ?? queue;
  });
}
