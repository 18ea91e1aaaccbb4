/** What a page hears and is heard by: sound, microphone and devices, and whether it could ring. */
import type { Alert } from "./alert";
import { type Chosen, keep, plugged, usable } from "./devices";
import type { CallsOf } from "./calls";
import type { Levels } from "./levels";
import type { Microphone } from "./microphone";
import type { MicrophoneState, Trouble } from "./port";
import type { Played, Sound } from "./sound";
import type { Changing } from "./state";
import type { Timers } from "./timers";

const RING_TEST_MS = 2000;
const RETRY_MS = 10_000;

/** What it needs of the page around it. */
export interface AroundHearing extends Pick<CallsOf, "witness"> {
  sound: Pick<Sound, "probe" | "ring" | "hush" | "callsOut" | "hear" | "useDevices" | "close">;
  alert: Pick<Alert, "show" | "close" | "ask" | "allowed">;
  microphone: Pick<Microphone, "take" | "forCall" | "release" | "granted" | "live">;
  levels: Pick<Levels, "meter" | "close">;
}

/** What it needs of the phone that it is of. */
export interface HearingFor {
  /** The page has a phone now. */
  here(): boolean;
  look(): void;
  say(notice: string): void;
  speakBy(stream: MediaStream | null): Promise<void>;
}

export class Hearing {
  /** What was wrong with the last ring, or with the line, as a key of the texts. */
  failed: Trouble | null = null;
  /** Wants of sound and microphone that are told once the grace is over. */
  grace = true;
  private readonly unmetered: (() => void)[] = [];

  constructor(
    private readonly state: Changing,
    private readonly around: AroundHearing,
    private readonly timers: Timers,
    private readonly page: HearingFor,
  ) {}

  /** The grace is over: what is lacking is told. */
  graceOver(): void {
    this.grace = false;
    if (!this.page.here()) return;
    if (this.state.sound === "locked") this.around.witness("sound_locked");
    if (this.state.microphone === "lost" || this.state.microphone === "denied") {
      this.around.witness("microphone_lost", { detail: this.state.microphone });
    }
  }

  async choose(devices: Partial<Chosen>): Promise<void> {
    this.state.devices = { ...this.state.devices, ...devices };
    keep(this.state.devices);
    await this.useDevices();
    if (devices.microphone !== undefined && this.state.microphone !== "unasked") await this.takeMicrophone();
  }

  /** What was taken is let go. */
  rest(): void {
    this.unmeter();
    this.around.microphone.release();
    this.state.microphone = "unasked";
  }

  async ringTest(): Promise<boolean> {
    const how = await this.around.sound.ring();
    this.timers.now("test"); // that of before, or one that was begun meanwhile
    this.timers.after("on" in how ? RING_TEST_MS : 0, "test", () => this.around.sound.hush());
    this.rang(how, false);
    return "on" in how;
  }

  /** Something was plugged in or out. */
  async plugged(): Promise<void> {
    const before = this.usable("microphone");
    await this.refreshDevices();
    if (this.state.microphone === "unasked" || this.state.microphone === "denied") return;
    if (this.around.microphone.live === null || this.usable("microphone") !== before) await this.takeMicrophone();
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
      this.page.say("notice.microphone");
    }
    this.page.look();
  }

  rang(how: Played, shown: boolean): void {
    this.heardOf(how);
    const rang = "on" in how || shown;
    if (rang && this.failed !== "trouble.refused") this.failed = null;
    if (!rang) this.failed = "trouble.ring";
    this.page.look();
    if (!rang) this.timers.after(RETRY_MS, "sound", () => void this.retry());
  }

  /** A machine that was too busy to ring, or a device that came back, can ring again without anybody's help. */
  private async retry(): Promise<void> {
    if (this.failed !== "trouble.ring") return;
    if (await this.probe()) {
      this.failed = null;
      this.page.look();
    } else {
      this.timers.after(RETRY_MS, "sound", () => void this.retry());
    }
  }

  /** Tells whether sound comes out. */
  async probe(): Promise<boolean> {
    const how = await this.around.sound.probe();
    this.heardOf(how);
    this.page.look();
    return "on" in how;
  }

  private heardOf(how: Played): void {
    const before = this.state.sound;
    this.state.sound = "on" in how ? "open" : how.failed === "locked" ? "locked" : before;
    if (this.state.sound === before) return;
    if (this.state.sound === "open" && this.failed === "trouble.ring") this.failed = null;
    if (this.grace || !this.page.here()) return;
    if (this.state.sound === "locked") this.around.witness("sound_locked");
    else if (before === "locked") this.around.witness("sound_unlocked");
  }

  /** Takes a microphone that a browser would give without asking. */
  async warm(): Promise<void> {
    if (this.around.microphone.live === null && (await this.around.microphone.granted())) await this.takeMicrophone();
  }

  async takeMicrophone(): Promise<void> {
    const stream = await this.around.microphone.take(this.usable("microphone"));
    this.unmeter();
    if (stream !== null) this.unmetered.push(this.around.levels.meter("in", stream));
    await this.page.speakBy(stream);
    // names of devices are told once a microphone was allowed
    await this.refreshDevices();
  }

  async refreshDevices(): Promise<void> {
    this.state.devices = { ...this.state.devices, ...(await plugged()) };
    await this.useDevices();
  }

  useDevices(): Promise<void> {
    return this.around.sound.useDevices(this.usable("ringer"), this.usable("speaker"));
  }

  usable(which: keyof Chosen): string {
    const { microphones, speakers } = this.state.devices;
    return usable(this.state.devices[which], which === "microphone" ? microphones : speakers);
  }

  named(device: string): string {
    return this.state.devices.speakers.find((one) => one.deviceId === device)?.label || "default";
  }

  private unmeter(): void {
    for (const end of this.unmetered.splice(0)) end();
  }
}
