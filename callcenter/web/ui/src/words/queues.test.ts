import { expect, test } from "vitest";

import { i18n } from "@/locale";

import { queueName } from "./queues";

test("a queue is named as people do, that of one phone alone by its number", () => {
  i18n.global.locale.value = "en";
  expect([queueName("sales"), queueName("direct-1001"), queueName(null)]).toEqual(["sales", "direct to 1001", "no queue"]);
});
