/** What queues are called while somebody writes it anew, before it is proposed. */
import type { Shape } from "@/api/client";

export interface QueueTyped {
  queue: string;
  zh: string;
  en: string;
  number: string;
}

export const MOST_QUEUES = 200;
const NUMBER = /^[0-9*#]{1,20}$/;
const MOST_SUBJECT = 80;

export function areQueues(value: unknown): boolean {
  return Array.isArray(value) && value.every((one: unknown) => typeof one === "object" && one !== null && ["queue", "zh", "en", "number"].every((name) => name in one));
}

export function typedQueues(queues: readonly Shape["SiteQueue"][]): QueueTyped[] {
  return queues.map(({ queue, zh, en, number }) => ({ queue, zh, en, number: number ?? "" }));
}

export function toldQueues(typed: readonly QueueTyped[]): QueueTyped[] {
  return typed.map((one) => ({ queue: one.queue.trim(), zh: one.zh.trim(), en: one.en.trim(), number: one.number.trim() }));
}

/** Tells whether they could be proposed: each can be dialled, and none is there twice. */
export function areSoundQueues(typed: readonly QueueTyped[]): boolean {
  const told = toldQueues(typed);
  const numbers = told.map((one) => one.number).filter((number) => number !== "");
  const isOnce = [told.map((one) => one.queue), numbers].every((list) => new Set(list).size === list.length);
  return told.length > 0 && told.length <= MOST_QUEUES && isOnce && told.every((one) => one.queue !== "") && numbers.every((number) => NUMBER.test(number));
}

/** Names what is said otherwise of which queues. */
export function changedQueues(typed: readonly QueueTyped[], queues: readonly Shape["SiteQueue"][]): string[] {
  const before = new Map(typedQueues(queues).map((one) => [one.queue, JSON.stringify(one)]));
  return toldQueues(typed).filter((one) => before.get(one.queue) !== JSON.stringify(one)).map((one) => one.queue);
}

/** What a change of them is called. */
export function subjectOfQueues(changed: readonly string[]): string {
  const whole = changed.join(" · ");
  return whole.length <= MOST_SUBJECT ? whole : `${whole.slice(0, MOST_SUBJECT - 1)}…`;
}
