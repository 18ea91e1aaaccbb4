/**
 * The phone of this page: its line, its calls, and what it hears by.
 *
 *     off ──take──▶ connecting ──▶ registered ◀──▶ lost (it tries again by itself)
 *      ▲                              │
 *      └── leave, other_tab, elsewhere ┘
 */
import { FROZEN } from "./awake";
import { Calls, type CallsOf } from "./calls";
import { type Chosen, chosenBefore } from "./devices";
import { now } from "./clock";
import { type AroundHearing, Hearing } from "./hearing";
import type { Line, LineCall, LineSettings, MakeLine } from "./line";
import { type MicrophoneState, type PagePhone, type PhoneLink, TransferRefused } from "./port";
import type { Played } from "./sound";
import { nothing, troubleOf } from "./state";
import { Timers } from "./timers";
import { Transfers } from "./transfer";
import { dialable } from "./words";

const NOTICE_MS = 10_000;
/** For so long after a page was loaded it waits for a click that lets sound out, and bears witness of nothing lacking. */
const GRACE_MS = 10_000;
/** A way that is lost for no longer is nobody's trouble. */
const LOST_MS = 10_000;
const RETAKE_MS = 15_000;
const GIVEN_MS = 5000;
/** For so long a phone that another page takes stays registered here: signed off at once, it would count as lost. */
const YIELD_MS = 5000;
/** What the switch is told of a call for a page that has the phone no more: somebody else is tried. */
const NOT_HERE = 480;
const PAGE_LEFT = 'Q.850;cause=41;text="page left"';

/** What the engine needs of the page around it. */
export interface Around extends AroundHearing, Pick<CallsOf, "measured" | "talkedIn"> {
  makeLine: MakeLine;
  /** Asks the service for the secret; raises where another browser has the phone and `over` is not said. */
  secret(over: boolean): Promise<LineSettings>;
  /** Asks the service whether another browser has taken the phone over meanwhile. */
  mine(): Promise<boolean>;
}

export class Engine implements PagePhone {
  readonly state = nothing();
  private readonly calls: Calls;
  private readonly transfers: Transfers;
  private line: Line | null = null;
  private started: Line | null = null;
  /** Asks the tab that has the phone for it. */
  claim: () => void = () => undefined;
  private readonly timers = new Timers();
  private readonly hearing: Hearing;
  private givenAt = 0;
  private asleep = false;

  constructor(private readonly around: Around) {
    this.hearing = new Hearing(this.state, around, this.timers, {
      here: () => this.line !== null,
      look: () => this.look(),
      say: (notice) => this.say(notice),
      speakBy: (stream) => this.calls.speakBy(stream),
    });
    const rang = (how: Played, shown: boolean): void => this.hearing.rang(how, shown);
    const named = (device: string): string => this.hearing.named(device);
    const over = (): void => this.rest();
    const microphone = (): Promise<MediaStream | null> => around.microphone.forCall(this.hearing.usable("microphone"));
    this.calls = new Calls(this.state, { ...around, microphone, rang, named, over });
    this.transfers = new Transfers(this.state, this.calls, (number) => this.dial(number));
    this.state.devices = { ...this.state.devices, ...chosenBefore() };
    this.timers.after(GRACE_MS, "grace", () => this.graceOver());
  }

  get busy(): boolean {
    return this.calls.size > 0;
  }

  async prepare(): Promise<void> {
    const asked = this.around.alert.ask();
    await Promise.all([this.hearing.probe(), this.hearing.takeMicrophone()]);
    await asked;
    this.timers.now("grace");
    this.connect();
    this.look();
  }

  async prove(): Promise<void> {
    const heard = await this.hearing.probe();
    if (heard && this.state.link === "registered" && this.state.trouble === null) this.around.witness("can_ring");
  }

  async take(over = false): Promise<void> {
    if (this.state.link === "other_tab") {
      if (over) this.claim();
      return;
    }
    if (!over && ["connecting", "registered", "lost"].includes(this.state.link)) return;
    this.timers.clear("yield");
    this.turn("connecting");
    let settings: LineSettings;
    try {
      settings = await this.around.secret(over);
    } catch (error) {
      const { kind, status } = error as { kind?: string; status?: number };
      this.turn(kind === "phone-in-use" ? "elsewhere" : "off");
      // a service that is not there now is asked again, as long as nobody wants something else
      if (status === 0 || (status ?? 0) >= 500) this.timers.after(RETAKE_MS, "retake", () => void this.take(over).catch(() => undefined));
      throw error;
    }
    if (this.state.link !== "connecting") return;
    this.givenAt = now();
    if (this.line !== null && this.calls.size > 0) {
      this.line.again();
      return;
    }
    this.line?.stop();
    this.line = this.around.makeLine(settings, {
      mine: () => this.mine(),
      registered: () => this.registered(),
      lost: () => this.lost(),
      refused: () => this.refused(),
      offered: (call) => this.offered(call),
    });
    await Promise.all([this.hearing.refreshDevices(), this.hearing.probe(), this.hearing.warm()]);
    this.connect();
  }

  leave(): Promise<void> {
    this.given("off");
    return Promise.resolve();
  }

  /** It is not this page's any more: no call comes here, what is being said goes on. */
  given(link: "off" | "elsewhere" | "other_tab", where = ""): void {
    this.state.where = where;
    if (this.state.link === "registered") this.around.witness("unregistered");
    this.timers.clear("lost");
    this.timers.clear("retake");
    this.turn(link);
    this.line?.hush();
    if (link === "off") this.letGo();
    else this.timers.after(YIELD_MS, "yield", () => this.letGo());
  }

  private letGo(): void {
    this.timers.clear("yield");
    this.line?.unregister();
    if (this.calls.size === 0) this.rest();
  }

  answer(key: string): void {
    void this.calls.answer(key);
  }

  decline(key: string): void {
    this.calls.decline(key);
  }

  hangUp(key: string): void {
    this.calls.hangUp(key);
  }

  mute(key: string, muted: boolean): void {
    this.calls.mute(key, muted);
  }

  async hold(key: string, held: boolean): Promise<void> {
    if (!(await this.calls.hold(key, held)) && this.calls.line(key) !== undefined) this.say("notice.hold");
  }

  send(key: string, digit: string): void {
    if (/^[0-9A-D*#]$/i.test(digit)) this.calls.line(key)?.send(digit);
  }

  async dial(number: string): Promise<string> {
    const line = this.line;
    if (line === null || this.state.link !== "registered" || !dialable(number)) throw new TransferRefused(0);
    const key = await this.calls.dial((stream) => line.dial(number, stream));
    if (key === null) throw new TransferRefused(0);
    return key;
  }

  transfer(key: string, to: string): Promise<void> {
    return this.transfers.blind(key, to);
  }

  consult(key: string, to: string): Promise<void> {
    return this.transfers.consult(key, to);
  }

  complete(): Promise<void> {
    return this.transfers.complete();
  }

  swap(): Promise<void> {
    return this.transfers.swap();
  }

  back(): Promise<void> {
    return this.transfers.back();
  }

  choose(devices: Partial<Chosen>): Promise<void> {
    return this.hearing.choose(devices);
  }

  ringTest(): Promise<boolean> {
    return this.hearing.ringTest();
  }

  /** Something was plugged in or out. */
  plugged(): Promise<void> {
    return this.hearing.plugged();
  }

  microphoneIs(state: MicrophoneState): void {
    this.hearing.microphoneIs(state);
  }

  /** The page is left: whoever talks is let go with a reason, and the switch calls here no more. */
  left(): void {
    if (this.line === null) return;
    this.calls.cut("page left", PAGE_LEFT);
    this.line.unregister();
    this.around.witness("left_page");
  }

  /** The page may have slept: whether the switch still answers is looked at. */
  awake(): void {
    this.line?.check();
  }

  seen(shown: boolean, detail?: string): void {
    if (this.line === null) return;
    if (detail === FROZEN) this.calls.frozen();
    if (shown === !this.asleep) return;
    this.asleep = !shown;
    this.around.witness(shown ? "page_shown" : "page_hidden", { detail });
  }

  /** Somebody clicked: a browser lets sound out from now on. */
  async clicked(): Promise<void> {
    if (this.state.sound === "open") return;
    await this.hearing.probe();
    this.connect();
  }

  /** Somebody changed what the browser may do with the microphone. */
  async permitted(granted: boolean): Promise<void> {
    if (granted && this.line !== null && this.state.microphone === "denied") await this.hearing.takeMicrophone();
  }

  /** Says something that needs no act, for some seconds. */
  say(notice: string): void {
    this.state.notice = notice;
    this.timers.after(NOTICE_MS, "notice", () => (this.state.notice = null));
  }

  /** It is over: who signs out hangs up. */
  close(): void {
    for (const { key } of this.state.calls) this.hangUp(key);
    this.given("off");
    this.timers.close();
    this.around.sound.close();
    this.around.levels.close();
  }

  /** Registers, once a call could be heard; until somebody clicks that is not so for long after a page was loaded. */
  private connect(): void {
    if (this.state.link !== "connecting" || this.line === null || this.started === this.line) return;
    if (this.hearing.grace && this.state.sound === "locked" && !this.around.alert.allowed()) return;
    this.timers.after(LOST_MS, "lost", () => this.turn("lost"));
    this.started = this.line;
    this.line.start();
  }

  /** The secret that was just given is a yes; after anything else the service is asked. */
  private async mine(): Promise<boolean> {
    if (now() - this.givenAt < GIVEN_MS) return true;
    const mine = await this.around.mine();
    if (!mine && this.state.link !== "off") this.given("elsewhere");
    return mine;
  }

  private graceOver(): void {
    this.hearing.grace = false;
    this.connect();
    this.hearing.graceOver();
  }

  private offered(call: LineCall): void {
    if (this.state.link !== "elsewhere" && this.state.link !== "other_tab") return void this.calls.offered(call);
    this.around.witness("could_not_ring", { uniqueid: call.channel, detail: "page left" });
    call.refuse(NOT_HERE, "taken over");
  }

  private registered(): void {
    if (this.state.link !== "connecting" && this.state.link !== "lost" && this.state.link !== "registered") return;
    const back = this.state.link === "lost";
    this.timers.clear("lost");
    if (this.hearing.failed === "trouble.refused") this.hearing.failed = null;
    this.turn("registered");
    this.around.witness("registered");
    if (back) this.calls.reached();
  }

  private lost(): void {
    if (this.state.link !== "registered") return;
    this.calls.unreached();
    this.timers.after(LOST_MS, "lost", () => this.around.witness("unregistered", { detail: "lost" }));
    this.turn("lost");
  }

  private refused(): void {
    this.lost();
    this.turn("lost");
    this.hearing.failed = "trouble.refused";
    this.look();
    // the secret may have been changed: the service knows it
    this.timers.after(RETAKE_MS, "retake", () => {
      this.state.link = "off";
      void this.take().catch(() => undefined);
    });
  }

  private turn(link: PhoneLink): void {
    this.state.link = link;
    this.look();
  }

  private look(): void {
    this.state.trouble = troubleOf(this.state, this.hearing.failed);
  }

  /** Nothing goes on here and nothing comes: what a phone keeps is let go. */
  private rest(): void {
    if (this.line === null || !["off", "elsewhere", "other_tab"].includes(this.state.link)) return;
    this.line.stop();
    this.line = null;
    this.hearing.rest();
  }
}
