/** A page without a browser or a switch, for tests: a line whose calls tests bring, sound that they lock. */
import { Engine } from "./engine";
import type { CallWatcher, Ending, Line, LineCall, LineWatcher } from "./line";
import type { Summary } from "./quality";
import type { Played } from "./sound";
import type { PageWord, Told } from "./witness";

export class FakeCall implements LineCall {
  readonly connection = null;
  readonly did: string[] = [];
  /** What the switch answers to a transfer, and whether it takes a hold. */
  referred = 200;
  holds = true;
  private watcher: CallWatcher | null = null;

  constructor(
    readonly id: string,
    readonly direction: "in" | "out" = "in",
    readonly channel: string | null = `channel-${id}`,
    readonly number = "13800138000",
    readonly name = "",
  ) {}

  watch(watcher: CallWatcher): void {
    this.watcher = watcher;
  }

  ring(): void {
    this.did.push("180");
  }

  refuse(status: number): void {
    this.did.push(String(status));
    this.over({ by: "here", status });
  }

  answer(): void {
    this.did.push("200");
    this.talks();
  }

  end(reason?: string): void {
    this.did.push(reason === undefined ? "BYE" : `BYE ${reason}`);
    this.over({ by: "here", status: 0 });
  }

  mute(muted: boolean): void {
    this.did.push(muted ? "mute" : "unmute");
  }

  hold(held: boolean): Promise<boolean> {
    this.did.push(held ? "hold" : "unhold");
    return Promise.resolve(this.holds);
  }

  send(digit: string): void {
    this.did.push(digit);
  }

  refer(to: string, replaces?: LineCall): Promise<number> {
    this.did.push(`REFER ${to}${replaces === undefined ? "" : ` for ${replaces.id}`}`);
    return Promise.resolve(this.referred);
  }

  refresh(): void {
    this.did.push("refresh");
  }

  talks(): void {
    this.watcher?.talking();
  }

  over(how: Ending = { by: "there", status: 0 }): void {
    this.watcher?.ended(how);
  }
}

export class FakeLine implements Line {
  readonly did: string[] = [];
  readonly dialled: FakeCall[] = [];

  constructor(readonly watcher: LineWatcher) {}

  start(): void {
    this.did.push("start");
  }

  again(): void {
    this.did.push("again");
  }

  check(): void {
    this.did.push("check");
  }

  hush(): void {
    this.did.push("hush");
  }

  unregister(): void {
    this.did.push("unregister");
  }

  stop(): void {
    this.did.push("stop");
  }

  dial(number: string): LineCall {
    const call = new FakeCall(`out-${this.dialled.length}`, "out", null, number);
    this.dialled.push(call);
    return call;
  }
}

/** A page around an engine, and everything that it was told. */
export class FakePage {
  sound: Played = { on: "" };
  notified = false;
  microphone: MediaStream | null = { getAudioTracks: () => [], getTracks: () => [] } as unknown as MediaStream;
  /** The browser has asked somebody for the microphone. */
  asked: Promise<void> = Promise.resolve();
  mine = true;
  /** Asked for the secret, it raises this. */
  refusal: Error | null = null;
  readonly told: (Told & { what: PageWord })[] = [];
  readonly lines: FakeLine[] = [];
  readonly measured: Summary[] = [];
  rings = 0;
  readonly engine: Engine;

  constructor() {
    this.engine = new Engine({
      makeLine: (_settings, watcher) => {
        const line = new FakeLine(watcher);
        this.lines.push(line);
        return line;
      },
      secret: () => (this.refusal === null ? Promise.resolve({} as never) : Promise.reject(this.refusal)),
      mine: () => Promise.resolve(this.mine),
      witness: (what, more = {}) => this.told.push({ what, ...more }),
      talkedIn: () => null,
      measured: (summary) => this.measured.push(summary),
      sound: {
        probe: () => Promise.resolve(this.sound),
        ring: () => {
          this.rings += 1;
          return Promise.resolve(this.sound);
        },
        hush: () => (this.rings -= 1),
        callsOut: () => undefined,
        hear: () => () => undefined,
        useDevices: () => Promise.resolve(),
        close: () => undefined,
      },
      alert: {
        show: () => Promise.resolve(this.notified),
        allowed: () => this.notified,
        ask: () => Promise.resolve(),
        close: () => undefined,
      },
      microphone: {
        live: null,
        granted: () => Promise.resolve(false),
        take: () => {
          this.engine.microphoneIs(this.microphone === null ? "denied" : "open");
          return Promise.resolve(this.microphone);
        },
        forCall: () => this.asked.then(() => this.microphone),
        release: () => undefined,
      },
      levels: { meter: () => () => undefined, close: () => undefined },
    });
  }

  get line(): FakeLine {
    const last = this.lines.at(-1);
    if (last === undefined) throw new Error("the phone was not taken");
    return last;
  }

  get words(): PageWord[] {
    return this.told.map((one) => one.what);
  }

  /** Takes the phone, and lets the switch have it. */
  async registered(): Promise<this> {
    await this.engine.take();
    this.line.watcher.registered();
    return this;
  }

  /** The switch offers a call. */
  async offers(call: FakeCall): Promise<FakeCall> {
    this.line.watcher.offered(call);
    await settled();
    return call;
  }

  /** A caller is being talked with. */
  async talks(id = "one"): Promise<FakeCall> {
    const call = await this.offers(new FakeCall(id));
    this.engine.answer(id);
    await settled();
    return call;
  }
}

/** Lets whatever was promised come true. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
}
