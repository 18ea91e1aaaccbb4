import { expect, test } from "vitest";

import type { QueueNow } from "@/live/state";

import { pressing } from "./queues";

const queue = (name: string, told: Partial<QueueNow> = {}): QueueNow => ({
  queue: name, waiting: 0, oldest_joined_at: null, ready: 1, signed_in: 1, answered: 0, abandoned: 0, other_exits: 0, refused: 0,
  threshold_seconds: 20, service_level: null, ...told,
});

test("queues that burn come first, and change places only as they begin or cease to", () => {
  const waits = (since: number): Partial<QueueNow> => ({ waiting: 1, oldest_joined_at: since });
  const queues = [queue("a"), queue("b", waits(95)), queue("c", waits(85)), queue("d", waits(70)), queue("e", { ...waits(99), ready: 0 })];
  const names = (at: number): string => pressing(queues, at).map((one) => one.queue).join("");
  expect([names(100), names(105), names(106), names(116)]).toEqual(["debca", "debca", "cdeba", "bcdea"]);
});
