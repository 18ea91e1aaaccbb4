/**
 * One live stream for all tabs of a browser: HTTP/1.1 has six connections for all of them.
 *
 *     waiting ──the lock is ours──▶ leading: reads the stream, tells the others
 *        ▲                             │
 *        └──the lock was taken, or the tab ends──┘
 *
 * A tab that comes later asks for what is true, and then follows. A tab that people look at and that hears nothing for
 * too long takes the lock: the one that led sleeps.
 */
import { type LiveEventTold, type LiveState, nothingTold, told } from "./state";

/** Where nothing was heard for so long, what is shown is not true any more. */
export const SILENCE_SECONDS = 10;
const TAKE_OVER_SECONDS = 15;
const AGAIN_MS = 5000;

type Said =
  | { kind: "ask" }
  | { kind: "state"; state: LiveState; open: boolean }
  | { kind: "event"; event: LiveEventTold }
  | { kind: "open"; open: boolean };

/** What a stream needs of a browser. */
export interface Browser {
  locks: Pick<LockManager, "request">;
  channel(name: string): BroadcastChannel;
  source(url: string): EventSource;
  /** Our clock, in seconds. */
  now(): number;
  visible(): boolean;
}

/** What is told to whoever looks. */
export interface Watcher {
  changed(state: LiveState, open: boolean): void;
  /** The stream was refused or ended: the session may be over. */
  refused(): void;
}

const TOPICS = ["floor", "calls", "pops", "violations", "lost_calls", "cases", "acts"];
const NAMES = ["snapshot", "age", "end", "desk", ...TOPICS];

export class SharedStream {
  private readonly name: string;
  private readonly channel: BroadcastChannel;
  private state = nothingTold();
  private open = false;
  private known = false;
  private heardAt: number;
  private source: EventSource | null = null;
  private again: ReturnType<typeof setTimeout> | null = null;
  private readonly watch: ReturnType<typeof setInterval>;
  private waiting = new AbortController();
  private over = false;
  private resign: (() => void) | null = null;

  constructor(
    account: string,
    private readonly url: string,
    private readonly browser: Browser,
    private readonly watcher: Watcher,
  ) {
    this.name = `callcenter-live:${account}`;
    this.channel = browser.channel(this.name);
    this.channel.onmessage = (message: MessageEvent<Said>) => this.hear(message.data);
    this.heardAt = browser.now();
    this.watch = setInterval(() => this.look(), 1000);
    this.tell({ kind: "ask" });
    void this.queue();
  }

  get leads(): boolean {
    return this.resign !== null;
  }

  close(): void {
    this.over = true;
    this.waiting.abort();
    clearInterval(this.watch);
    this.stepDown();
    this.channel.close();
  }

  private async queue(steal = false): Promise<void> {
    this.waiting.abort();
    const waiting = (this.waiting = new AbortController());
    const options = steal ? { steal } : { signal: waiting.signal };
    try {
      await this.browser.locks.request(this.name, options, () => this.lead());
    } catch {
      if (waiting.signal.aborted) return;
      // another tab took the lock
      this.stepDown();
      if (!this.over) void this.queue();
    }
  }

  private lead(): Promise<void> {
    this.connect();
    return new Promise((resolve) => {
      this.resign = resolve;
    });
  }

  private stepDown(): void {
    this.heardAt = this.browser.now();
    this.disconnect();
    this.resign?.();
    this.resign = null;
  }

  private connect(): void {
    this.disconnect();
    const source = this.browser.source(this.url);
    this.source = source;
    for (const name of NAMES) {
      source.addEventListener(name, (event) => this.take(name, event as MessageEvent<string>));
    }
    source.onopen = () => this.opened(true);
    source.onerror = () => {
      this.opened(false);
      this.tell({ kind: "open", open: false });
      // a browser tries again by itself unless it was refused
      if (source.readyState === source.CLOSED) this.later();
    };
  }

  private disconnect(): void {
    if (this.again !== null) clearTimeout(this.again);
    this.again = null;
    this.source?.close();
    this.source = null;
  }

  private later(): void {
    this.disconnect();
    this.watcher.refused();
    this.again = setTimeout(() => this.connect(), AGAIN_MS);
  }

  private take(name: string, event: MessageEvent<string>): void {
    if (name === "end") {
      this.opened(false);
      this.later();
      return;
    }
    const said = JSON.parse(event.data) as Record<string, unknown>;
    const id = /^\d+$/.test(event.lastEventId) && name !== "age" ? Number(event.lastEventId) : null;
    const heard: LiveEventTold = { name, id, said, heardAt: this.browser.now() };
    this.known = true;
    this.apply(heard);
    this.tell({ kind: "event", event: heard });
  }

  private opened(open: boolean): void {
    if (this.open === open) return;
    this.open = open;
    this.tell({ kind: "open", open });
    this.watcher.changed(this.state, this.open);
  }

  private hear(said: Said): void {
    if (said.kind === "ask") {
      if (this.leads && this.known) this.tell({ kind: "state", state: this.state, open: this.open });
      return;
    }
    if (this.leads) return;
    this.heardAt = this.browser.now();
    if (said.kind === "state") {
      if (this.known) return;
      this.known = true;
      this.state = said.state;
      this.open = said.open;
      this.watcher.changed(this.state, this.open);
    } else if (said.kind === "open") {
      this.open = said.open;
      this.watcher.changed(this.state, this.open);
    } else if (this.known || said.event.name === "snapshot") {
      this.known = true;
      this.open = true;
      this.apply(said.event);
    }
  }

  private apply(event: LiveEventTold): void {
    this.heardAt = this.browser.now();
    this.state = told(this.state, event);
    this.watcher.changed(this.state, this.open);
  }

  private look(): void {
    if (this.leads || !this.browser.visible() || this.browser.now() - this.heardAt < TAKE_OVER_SECONDS) return;
    this.heardAt = this.browser.now();
    void this.queue(true);
  }

  private tell(said: Said): void {
    this.channel.postMessage(said);
  }
}
