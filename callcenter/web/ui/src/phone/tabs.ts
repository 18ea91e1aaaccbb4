/**
 * One tab of this browser has the phone; the others say which, and may ask for it.
 *
 *     waiting ──the lock is ours──▶ having ──asked, and no call goes on──▶ waiting
 *        └──asked, and nobody answers: it sleeps──▶ having (the lock is taken)
 */

const ANSWER_MS = 2000;
const AGAIN_MS = 200;

type Said = { kind: "who" } | { kind: "mine"; where: string } | { kind: "give" } | { kind: "given" } | { kind: "busy" };

export interface TabsOf {
  locks: Pick<LockManager, "request">;
  channel(name: string): BroadcastChannel;
  /** What this tab is called, for people in the other tabs. */
  title(): string;
}

export interface Tenant {
  /** The phone is this tab's. */
  have(): void;
  /** Another tab has it. */
  yield(where: string): void;
  /** Whether a call goes on here, so that it cannot be given away. */
  busy(): boolean;
  /** It was asked for, and cannot be given away. */
  refused(): void;
}

export class OneTab {
  private readonly channel: BroadcastChannel;
  private release: (() => void) | null = null;
  private waiting = new AbortController();
  private over = false;
  private asking: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly name: string,
    private readonly tabs: TabsOf,
    private readonly tenant: Tenant,
  ) {
    this.channel = tabs.channel(name);
    this.channel.onmessage = (message: MessageEvent<Said>) => this.hear(message.data);
    this.channel.postMessage({ kind: "who" } satisfies Said);
    void this.queue();
  }

  get has(): boolean {
    return this.release !== null;
  }

  /** Asks the tab that has it. */
  claim(): void {
    if (this.has || this.asking !== null) return;
    this.say({ kind: "give" });
    this.asking = setTimeout(() => {
      this.asking = null;
      if (!this.has) void this.queue(true);
    }, ANSWER_MS);
  }

  close(): void {
    this.over = true;
    this.answered();
    this.waiting.abort();
    this.let();
    this.channel.close();
  }

  private async queue(steal = false): Promise<void> {
    this.waiting.abort();
    const waiting = (this.waiting = new AbortController());
    try {
      await this.tabs.locks.request(this.name, steal ? { steal } : { signal: waiting.signal }, () => this.hold());
    } catch {
      if (waiting.signal.aborted) return;
      // another tab took it: this one slept
      this.release = null;
      if (this.over) return;
      this.tenant.yield("");
      this.say({ kind: "who" });
      setTimeout(() => this.over || void this.queue(), AGAIN_MS);
    }
  }

  private hold(): Promise<void> {
    this.answered();
    const held = new Promise<void>((resolve) => (this.release = resolve));
    this.say({ kind: "mine", where: this.tabs.title() });
    this.tenant.have();
    return held;
  }

  private let(): void {
    const release = this.release;
    this.release = null;
    release?.();
  }

  private hear(said: Said): void {
    switch (said.kind) {
      case "who":
        if (this.has) this.say({ kind: "mine", where: this.tabs.title() });
        return;
      case "mine":
        if (!this.has) this.tenant.yield(said.where);
        return;
      case "busy":
        if (this.asking === null) return;
        this.answered();
        this.tenant.refused();
        return;
      case "give":
        if (!this.has) return;
        if (this.tenant.busy()) {
          this.say({ kind: "busy" });
        } else {
          this.tenant.yield("");
          this.say({ kind: "given" });
        }
        return;
      case "given":
        if (this.asking === null) return;
        this.answered();
        void this.queue(true);
    }
  }

  private answered(): void {
    if (this.asking !== null) clearTimeout(this.asking);
    this.asking = null;
  }

  private say(said: Said): void {
    if (!this.over) this.channel.postMessage(said);
  }
}
