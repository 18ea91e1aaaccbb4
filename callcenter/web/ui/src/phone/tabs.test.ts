import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { OneLock } from "@/testing/locks";

import { OneTab } from "./tabs";

declare function setImmediate(call: () => void): void;

let lock: OneLock;
let name = 0;
const tabs: Tab[] = [];

class Tab {
  has = false;
  where: string | null = null;
  calls = 0;
  refused = 0;
  readonly one: OneTab;

  constructor(readonly title: string) {
    this.one = new OneTab(
      `phone-${name}`,
      { locks: lock, channel: (channel) => new BroadcastChannel(channel), title: () => this.title },
      {
        have: () => (this.has = true),
        yield: (where) => {
          this.has = false;
          this.where = where;
        },
        busy: () => this.calls > 0,
        refused: () => (this.refused += 1),
      },
    );
    tabs.push(this);
  }
}

/** Lets what was posted arrive: channels are the machine's own, and no timer of ours. */
const settled = async (): Promise<void> => {
  for (let n = 0; n < 6; n += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  lock = new OneLock();
  name += 1;
});
afterEach(() => {
  for (const tab of tabs.splice(0)) tab.one.close();
  vi.useRealTimers();
});

test("one tab has the phone, and the others say which", async () => {
  const [first, second] = [new Tab("Desk"), new Tab("Records")];
  await settled();

  expect([first.has, second.has, second.where]).toEqual([true, false, "Desk"]);
});

test("where the tab that has it is closed, another has it", async () => {
  const [first, second] = [new Tab("Desk"), new Tab("Records")];
  await settled();
  first.one.close();
  await settled();

  expect(second.has).toBe(true);
});

test("a tab that asks gets it, and the one that had it waits", async () => {
  const [first, second] = [new Tab("Desk"), new Tab("Records")];
  await settled();
  second.one.claim();
  await settled();

  expect([first.has, second.has, first.where]).toEqual([false, true, "Records"]);
});

test("a tab in which somebody talks gives nothing away", async () => {
  const [first, second] = [new Tab("Desk"), new Tab("Records")];
  first.calls = 1;
  await settled();
  second.one.claim();
  await settled();

  expect([first.has, second.has, second.refused]).toEqual([true, false, 1]);
});

test("a tab that sleeps does not answer, and the phone is taken from it", async () => {
  const [first, second] = [new Tab("Desk"), new Tab("Records")];
  await settled();
  Object.assign(first.one, { hear: () => undefined });
  second.one.claim();
  await settled();
  expect(second.has).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  await settled();

  expect([first.has, second.has]).toEqual([false, true]);
});
