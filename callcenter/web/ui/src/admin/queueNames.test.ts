import { expect, test } from "vitest";

import { areQueues, areSoundQueues, changedQueues, subjectOfQueues, typedQueues } from "./queueNames";

const SALES = { queue: "sales", zh: "", en: "", number: "8001", agents: 1, serving: [], service_threshold_seconds: 20, wrap_up_seconds: 0, checks: [] };

test("a queue is told by what was typed of it, and named where that is something else", () => {
  const typed = typedQueues([SALES, { ...SALES, queue: "vip", number: null }]);
  expect(typed[1]).toEqual({ queue: "vip", zh: "", en: "", number: "" });
  expect(changedQueues(typed, [SALES, { ...SALES, queue: "vip", number: null }])).toEqual([]);
  expect(changedQueues([{ queue: "sales", zh: " 售前 ", en: "", number: "8001" }], [SALES])).toEqual(["sales"]);
  expect(subjectOfQueues(Array.from({ length: 40 }, () => "sales")).length).toBe(80);
  expect([areQueues(typed), areQueues([{ queue: "a" }]), areQueues({})]).toEqual([true, false, false]);
});

test("none is there twice, and each can be dialled", () => {
  const one = { queue: "sales", zh: "", en: "", number: "8001" };
  expect(areSoundQueues([one, { ...one, queue: "vip", number: "" }])).toBe(true);
  for (const wrong of [[], [one, one], [one, { ...one, queue: "vip" }], [{ ...one, queue: " " }], [{ ...one, number: "8-1" }]]) expect(areSoundQueues(wrong)).toBe(false);
});
