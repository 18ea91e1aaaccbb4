import { expect, test } from "vitest";

import { ageOf, isLate, isNight, isOld, longest, type Queue, queuesOf, shift, turn } from "./figures";
import type { WallNow } from "./watch";

const queue = (told: Partial<Queue>): Queue => ({ queue: "sales", name: "Sales", waiting: 0, oldest_joined_at: null, ready: 0, signed_in: 0, answered: 0, abandoned: 0, threshold_seconds: 20, service_level: null, ...told });
const now = (told: Partial<WallNow>): WallNow => ({ state: "followed", data_age_seconds: 1, ...told }) as WallNow;

test("who waits longest is found over all queues, and is late after the queue's own threshold", () => {
  const found = longest([queue({ oldest_joined_at: 90 }), queue({ queue: "orders", oldest_joined_at: 70 }), queue({})], 100);
  expect([found?.queue.queue, found?.seconds]).toEqual(["orders", 30]);
  expect(longest([queue({})], 100)).toBeNull();
  expect([isLate(queue({ oldest_joined_at: 80 }), 100), isLate(queue({ oldest_joined_at: 79 }), 100)]).toEqual([false, true]);
});

test("a queue in which somebody waits for too long comes first, the others stay where they are", () => {
  const queues = [queue({ queue: "b" }), queue({ queue: "c", oldest_joined_at: 70 }), queue({ queue: "a", oldest_joined_at: 99 })];
  expect(queuesOf(now({ queues } as never), 100).map((one) => one.queue)).toEqual(["c", "b", "a"]);
});

test("data grows old also where nothing more is answered, and what is not known is old", () => {
  expect(ageOf(now({}), 100, 104)).toBe(5);
  expect([isOld(now({}), 100, 104), isOld(now({}), 100, 110)]).toEqual([false, true]);
  expect([isOld(now({ data_age_seconds: null }), 0, 0), isOld(now({ state: "not_followed" }), 0, 0)]).toEqual([true, true]);
});

test("more queues than fit take turns, and the picture moves", () => {
  const rows = [0, 1, 2, 3, 4, 5, 6];
  expect(turn(rows, 0, 4)).toMatchObject({ rows: [0, 1, 2, 3], page: 1, pages: 2 });
  expect(turn(rows, 10, 4).rows).toEqual([4, 5, 6]);
  expect([turn(rows.slice(2), 0, 4).rows, turn(rows.slice(2), 10, 4).rows]).toEqual([[2, 3, 4], [5, 6]]);
  expect(turn(rows, 10, 7).pages).toBe(1);
  expect(turn([], 10, 4)).toEqual({ rows: [], page: 1, pages: 1 });
  expect(new Set([0, 60, 120].map(shift)).size).toBe(3);
});

test("by night it is dark, by day light, or as the site says", () => {
  expect([isNight("auto", 6), isNight("auto", 7), isNight("auto", 18), isNight("auto", 19), isNight("night", 12), isNight("day", 23)]).toEqual([true, false, false, true, true, false]);
});
