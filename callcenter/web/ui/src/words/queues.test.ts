import { afterEach, expect, test, vi } from "vitest";

import { api, Problem } from "@/api/client";
import { i18n } from "@/locale";

import { learnQueues, queueName } from "./queues";

afterEach(() => void vi.restoreAllMocks());

test("a queue is named as people do, that of one phone alone by its number", () => {
  i18n.global.locale.value = "en";
  expect([queueName("sales"), queueName("direct-1001"), queueName(null)]).toEqual(["sales", "direct to 1001", "no queue"]);
});

test("the site's names are used once they are known, and stay where nobody answers", async () => {
  const told = { data: { items: [{ queue: "sales", name: "Pre-sales" }] }, response: new Response() };
  const asked = vi.spyOn(api, "GET").mockResolvedValue(told as never);
  await learnQueues();
  expect([queueName("sales"), queueName("vip")]).toEqual(["Pre-sales", "vip"]);
  asked.mockRejectedValue(new Problem(0, {}));
  await learnQueues();
  expect(queueName("sales")).toBe("Pre-sales");
  asked.mockResolvedValue({ data: { items: [] }, response: new Response() } as never);
  await learnQueues();
  expect(queueName("sales")).toBe("sales");
});
