import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { OneLock } from "@/testing/locks";

import { type Browser, SharedStream } from "./shared";
import type { LiveState } from "./state";

declare function setImmediate(call: () => void): void;

class Source extends EventTarget {
  static all: Source[] = [];
  readonly CLOSED = 2;
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor() {
    super();
    Source.all.push(this);
  }

  static get open(): Source[] {
    return Source.all.filter((one) => one.readyState !== 2);
  }

  close(): void {
    this.readyState = 2;
  }

  tells(name: string, said: unknown, id = ""): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(said), lastEventId: id }));
  }
}

class Tab {
  state: LiveState | null = null;
  refused = 0;
  visible = true;
  readonly stream: SharedStream;

  constructor(lock: OneLock, name: string) {
    const browser: Browser = {
      locks: lock,
      channel: (channel) => new BroadcastChannel(channel + name),
      source: () => new Source() as unknown as EventSource,
      now: () => Date.now() / 1000,
      visible: () => this.visible,
    };
    this.stream = new SharedStream("alice", "/live", browser, {
      changed: (state) => (this.state = state),
      refused: () => (this.refused += 1),
    });
  }
}

const SNAPSHOT = { floor: { now: 1, timezone: "UTC", queues: [{ queue: "sales" }], agents: [] }, age: { state: "followed" } };
let lock: OneLock;
let name = 0;
const tabs: Tab[] = [];
const opened = (): Tab => {
  const tab = new Tab(lock, String(name));
  tabs.push(tab);
  return tab;
};
/** Lets what was posted arrive: channels are the machine's own, and no timer of ours. */
const settled = (): Promise<void> => vi.waitFor(() => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve))));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "Date"] });
  lock = new OneLock();
  name += 1;
  Source.all = [];
});
afterEach(() => {
  for (const tab of tabs.splice(0)) tab.stream.close();
  vi.useRealTimers();
});

test("eight tabs have one stream, and each knows what it told, also one that came later", async () => {
  const first = Array.from({ length: 7 }, opened);
  await settled();
  Source.all[0]?.tells("snapshot", SNAPSHOT, "5");
  const late = opened();
  await settled();
  Source.all[0]?.tells("floor", { queue: { queue: "orders" } }, "6");
  await settled();

  expect(Source.open).toHaveLength(1);
  for (const tab of [...first, late]) expect(Object.keys(tab.state?.queues ?? {})).toEqual(["sales", "orders"]);
});

test("where the tab that led is closed, another one reads the stream", async () => {
  const [one, other] = [opened(), opened()];
  await settled();
  one.stream.close();
  await settled();

  expect(other.stream.leads).toBe(true);
  expect(Source.open).toHaveLength(1);
});

test("a tab that is looked at takes over from one that sleeps, and the sleeper steps down", async () => {
  const [asleep, awake] = [opened(), opened()];
  await settled();
  await vi.advanceTimersByTimeAsync(16_000);
  await settled();

  expect([asleep.stream.leads, awake.stream.leads]).toEqual([false, true]);
  expect(Source.open).toHaveLength(1);
});

test("a stream that is refused is asked for again, and the page looks whether the session lasts", async () => {
  const tab = opened();
  await settled();
  Source.all[0]?.tells("end", { why: "signed_out" });
  expect([tab.refused, Source.open.length]).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(5_000);

  expect(Source.open).toHaveLength(1);
});
