/**
 * The phone of this page: its line, sound, microphone and devices, and whether it can ring.
 *
 *     off ──take──▶ connecting ──▶ registered ◀──▶ lost (it tries again by itself)
 *      ▲                              │
 *      └── leave, other_tab, elsewhere ┘
 */
import type { Alert } from "./alert";
import { FROZEN } from "./awake";
import { Calls, type CallsOf } from "./calls";
import { type Chosen, chosenBefore, keep, plugged, usable } from "./devices";
import { now } from "./clock";
import type { Levels } from "./levels";
import type { Line, LineSettings, MakeLine } from "./line";
import type { Microphone } from "./microphone";
import { type MicrophoneState, type PagePhone, type PhoneLink, TransferRefused, type Trouble } from "./port";
import type { Played, Sound } from "./sound";
import { nothing, troubleOf } from "./state";
import { Timers } from "./timers";
import { Transfers } from "./transfer";
import { dialable } from "./words";

const RING_TEST_MS = 2000;
const NOTICE_MS = 10_000;
/** For so long after a page was loaded it waits for a click that lets sound out, and bears witness of nothing lacking. */
const GRACE_MS = 10_000;
/** A way that is lost for no longer is nobody's trouble. */
const LOST_MS = 10_000;
const RETAKE_MS = 15_000;
const RETRY_MS = 10_000;
const GIVEN_MS = 5000;
const PAGE_LEFT = 'Q.850;cause=41;text="page left"';

/** What the engine needs of the page around it. */
export interface Around extends Pick<CallsOf, "witness" | "measured" | "talkedIn"> {
  makeLine: MakeLine;
  /** Asks the service for the secret; raises where another browser has the phone and `over` is not said. */
  secret(over: boolean): Promise<LineSettings>;
  /** Asks the service whether another browser has taken the phone over meanwhile. */
  mine(): Promise<boolean>;
  sound: Pick<Sound, "probe" | "ring" | "hush" | "callsOut" | "hear" | "useDevices" | "close">;
  alert: Pick<Alert, "show" | "close" | "ask" | "allowed">;
  microphone: Pick<Microphone, "take" | "forCall" | "release" | "granted" | "live">;
  levels: Pick<Levels, "meter" | "close">;
}

export class Engine implements PagePhone {
  readonly state = nothing();
  private readonly calls: Calls;
  private readonly transfers: Transfers;
  private line: Line | null = null;
  private started: Line | null = null;
  /** What was wrong with the last ring, or with the line, as a key of the texts. */
  private failed: Trouble | null = null;
  private readonly unmetered: (() => void)[] = [];
  /** Asks the tab that has the phone for it. */
  claim: () => void = () => undefined;
  private readonly timers = new Timers();
  /** Wants of sound and microphone that are told once the grace is over. */
  private grace = true;
  private givenAt = 0;
  private asleep = false;

  constructor(private readonly around: Around) {
    const rang = (how: Played, shown: boolean): void => this.rang(how, shown);
    const named = (device: string): string => this.named(device);
    const over = (): void => this.rest();
    const microphone = (): Promise<MediaStream | null> => around.microphone.forCall(this.usable("microphone"));
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
    await Promise.all([this.probe(), this.takeMicrophone()]);
    await asked;
    this.timers.now("grace");
    this.connect();
    this.look();
  }

  async ringTest(): Promise<boolean> {
    const how = await this.around.sound.ring();
    this.timers.now("test"); // that of before, or one that was begun meanwhile
    this.timers.after("on" in how ? RING_TEST_MS : 0, "test", () => this.around.sound.hush());
    this.rang(how, false);
    return "on" in how;
  }

  async prove(): Promise<void> {
    const heard = await this.probe();
    if (heard && this.state.link === "registered" && this.state.trouble === null) this.around.witness("can_ring");
  }

  async take(over = false): Promise<void> {
    if (this.state.link === "other_tab") {
      if (over) this.claim();
      return;
    }
    if (!over && ["connecting", "registered", "lost"].includes(this.state.link)) return;
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
      offered: (call) => void this.calls.offered(call),
    });
    await Promise.all([this.refreshDevices(), this.probe(), this.warm()]);
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

  async choose(devices: Partial<Chosen>): Promise<void> {
    this.state.devices = { ...this.state.devices, ...devices };
    keep(this.state.devices);
    await this.useDevices();
    if (devices.microphone !== undefined && this.state.microphone !== "unasked") await this.takeMicrophone();
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
    await this.probe();
    this.connect();
  }

  /** Something was plugged in or out. */
  async plugged(): Promise<void> {
    const before = this.usable("microphone");
    await this.refreshDevices();
    if (this.state.microphone === "unasked" || this.state.microphone === "denied") return;
    if (this.around.microphone.live === null || this.usable("microphone") !== before) await this.takeMicrophone();
  }

  /** Somebody changed what the browser may do with the microphone. */
  async permitted(granted: boolean): Promise<void> {
    if (granted && this.line !== null && this.state.microphone === "denied") await this.takeMicrophone();
  }

  microphoneIs(state: MicrophoneState): void {
    const before = this.state.microphone;
    if (before === state) return;
    this.state.microphone = state;
    if (state === "lost" || state === "denied") {
      if (!this.grace) this.around.witness("microphone_lost", { detail: state });
      if (state === "lost" && before === "open") void this.plugged();
    } else if (!this.grace && (before === "lost" || before === "denied")) {
      this.around.witness("microphone_back");
      this.say("notice.microphone");
    }
    this.look();
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
    if (this.grace && this.state.sound === "locked" && !this.around.alert.allowed()) return;
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
    this.grace = false;
    this.connect();
    if (this.line === null) return;
    if (this.state.sound === "locked") this.around.witness("sound_locked");
    if (this.state.microphone === "lost" || this.state.microphone === "denied") {
      this.around.witness("microphone_lost", { detail: this.state.microphone });
    }
  }

  private registered(): void {
    if (this.state.link !== "connecting" && this.state.link !== "lost" && this.state.link !== "registered") return;
    const back = this.state.link === "lost";
    this.timers.clear("lost");
    if (this.failed === "trouble.refused") this.failed = null;
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
    this.failed = "trouble.refused";
    this.look();
    // the secret may have been changed: the service knows it
    this.timers.after(RETAKE_MS, "retake", () => {
      this.state.link = "off";
      void this.take().catch(() => undefined);
    });
  }

  private rang(how: Played, shown: boolean): void {
    this.heardOf(how);
    const rang = "on" in how || shown;
    if (rang && this.failed !== "trouble.refused") this.failed = null;
    if (!rang) this.failed = "trouble.ring";
    this.look();
    if (!rang) this.timers.after(RETRY_MS, "sound", () => void this.retry());
  }

  /** A machine that was too busy to ring, or a device that came back, can ring again without anybody's help. */
  private async retry(): Promise<void> {
    if (this.failed !== "trouble.ring") return;
    if (await this.probe()) {
      this.failed = null;
      this.look();
    } else {
      this.timers.after(RETRY_MS, "sound", () => void this.retry());
    }
  }

  /** Tells whether sound comes out. */
  private async probe(): Promise<boolean> {
    const how = await this.around.sound.probe();
    this.heardOf(how);
    this.look();
    return "on" in how;
  }

  private heardOf(how: Played): void {
    const before = this.state.sound;
    this.state.sound = "on" in how ? "open" : how.failed === "locked" ? "locked" : before;
    if (this.state.sound === before) return;
    if (this.state.sound === "open" && this.failed === "trouble.ring") this.failed = null;
    if (this.grace || this.line === null) return;
    if (this.state.sound === "locked") this.around.witness("sound_locked");
    else if (before === "locked") this.around.witness("sound_unlocked");
  }

  /** Takes a microphone that a browser would give without asking. */
  private async warm(): Promise<void> {
    if (this.around.microphone.live === null && (await this.around.microphone.granted())) await this.takeMicrophone();
  }

  private async takeMicrophone(): Promise<void> {
    const stream = await this.around.microphone.take(this.usable("microphone"));
    for (const end of this.unmetered.splice(0)) end();
    if (stream !== null) this.unmetered.push(this.around.levels.meter("in", stream));
    await this.calls.speakBy(stream);
    // names of devices are told once a microphone was allowed
    await this.refreshDevices();
  }

  private async refreshDevices(): Promise<void> {
    this.state.devices = { ...this.state.devices, ...(await plugged()) };
    await this.useDevices();
  }

  private useDevices(): Promise<void> {
    return this.around.sound.useDevices(this.usable("ringer"), this.usable("speaker"));
  }

  private usable(which: keyof Chosen): string {
    const { microphones, speakers } = this.state.devices;
    return usable(this.state.devices[which], which === "microphone" ? microphones : speakers);
  }

  private named(device: string): string {
    return this.state.devices.speakers.find((one) => one.deviceId === device)?.label || "default";
  }

  private turn(link: PhoneLink): void {
    this.state.link = link;
    this.look();
  }

  private look(): void {
    this.state.trouble = troubleOf(this.state, this.failed);
  }

  /** Nothing goes on here and nothing comes: what a phone keeps is let go. */
  private rest(): void {
    if (this.line === null || !["off", "elsewhere", "other_tab"].includes(this.state.link)) return;
    this.line.stop();
    this.line = null;
    for (const end of this.unmetered.splice(0)) end();
    this.around.microphone.release();
    this.state.microphone = "unasked";
  }
}
