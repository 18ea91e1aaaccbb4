/**
 * The calls of this page: what rings, what is dialled, who talks. A call is shown as ringing from the moment at which the switch is told so.
 *
 *     offered ──sound plays or a notification shows──▶ 180, ringing ──answer──▶ talking
 *        └──neither──▶ 480: the switch finds the phone unreachable, and tries somebody else at once
 */
import type { Alert } from "./alert";
import { FROZEN } from "./awake";
import { now } from "./clock";
import type { Levels } from "./levels";
import type { Ending, LineCall } from "./line";
import type { PhoneCall } from "./port";
import { QualityWatch, type Summary } from "./quality";
import type { Played, Sound } from "./sound";
import { type Changing, changed } from "./state";
import type { PageWord, Told } from "./witness";

/** Before anything rang: the phone is not reached. */
const CANNOT_RING = 480;
/** After it rang: the phone's trouble, and nobody's refusal. */
const BROKEN = 500;
const DECLINED = 603;
const WAY_LOST = 'Q.850;cause=16;text="hung up while the way was lost"';
/** A ring that ended while the microphone was waited for longer than this was answered too late by nobody's fault. */
const WAITED_MS = 1000;

/** What calls need of the page around them. */
export interface CallsOf {
  sound: Pick<Sound, "ring" | "hush" | "callsOut" | "hear">;
  alert: Pick<Alert, "show" | "close">;
  levels: Pick<Levels, "meter">;
  /** A stream of the microphone for one call; null: there is none. */
  microphone(): Promise<MediaStream | null>;
  witness(what: PageWord, told?: Told): void;
  /** A ring was tried. */
  rang(how: Played, shown: boolean): void;
  /** The channel of the one call that is talked in, by the live stream; null: it knows none, or several. */
  talkedIn(): string | null;
  /** What a device is called. */
  named(device: string): string;
  measured(summary: Summary, call: PhoneCall): void;
  /** The last call is over. */
  over(): void;
}

interface Entry {
  readonly line: LineCall;
  /** Its own tracks of the microphone. */
  stream: MediaStream | null;
  rings: boolean;
  quality: QualityWatch | null;
  /** What ends with it. */
  ends: (() => void)[];
}

export class Calls {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly state: Changing,
    private readonly around: CallsOf,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  line(key: string | undefined): LineCall | undefined {
    return this.entries.get(key ?? "")?.line;
  }

  shown(key: string): PhoneCall | undefined {
    return this.state.calls.find((call) => call.key === key);
  }

  /** The switch offers a call: it is told that the phone rings once it does. */
  async offered(call: LineCall): Promise<void> {
    const entry = this.enter(call);
    entry.rings = true;
    const how = await this.around.sound.ring();
    const showing = this.around.alert.show(call, "failed" in how);
    const shown = "failed" in how && (await showing);
    if (this.entries.get(call.id) !== entry) {
      this.around.alert.close(call.id);
      return;
    }
    this.around.rang(how, shown);
    const uniqueid = call.channel;
    if ("on" in how || shown) {
      this.show(call, "ringing");
      call.ring();
      const by = "on" in how ? { device: this.around.named(how.on) } : { detail: "notification" };
      this.around.witness("rang", { uniqueid, ...by });
    } else {
      this.around.witness("could_not_ring", { uniqueid, detail: how.failed });
      call.refuse(CANNOT_RING, "page could not ring");
    }
  }

  /** Dials; null: there is no microphone. */
  async dial(begin: (stream: MediaStream) => LineCall): Promise<string | null> {
    const stream = await this.around.microphone();
    if (stream === null) return null;
    const line = begin(stream);
    const entry = this.enter(line);
    this.show(line, "dialling");
    this.speak(entry, stream);
    return line.id;
  }

  async answer(key: string): Promise<void> {
    const entry = this.entries.get(key);
    if (entry === undefined || !entry.rings) return;
    this.quiet(entry);
    const pressed = now();
    const stream = await this.around.microphone();
    if (this.entries.get(key) !== entry) {
      stop(stream);
      // somebody wanted to talk, and the browser asked first
      if (now() - pressed > WAITED_MS) this.around.witness("could_not_ring", { uniqueid: entry.line.channel, detail: "no microphone" });
    } else if (stream === null) {
      // nobody would be heard: somebody else is tried at once
      this.broken(entry.line, "no microphone");
    } else {
      this.speak(entry, stream);
      entry.line.answer(stream);
    }
  }

  decline(key: string): void {
    if (this.entries.get(key)?.rings) this.line(key)?.refuse(DECLINED);
  }

  /** Ends a call; while the way is lost nobody knows whether the caller is there still, and the switch is told later. */
  hangUp(key: string): void {
    const line = this.line(key);
    const lost = this.state.link === "lost" && this.shown(key)?.phase === "talking";
    if (lost && line !== undefined) this.around.witness("cut_short", { uniqueid: this.channelOf(line), detail: "network" });
    line?.end(lost ? WAY_LOST : undefined);
  }

  mute(key: string, muted: boolean): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.line.mute(muted);
    this.change(key, { muted });
    this.gate(entry);
  }

  /** Asks the switch; tells whether it is so. */
  async hold(key: string, held: boolean): Promise<boolean> {
    const entry = this.entries.get(key);
    // a request that finds no way to the switch would end the call
    if (entry === undefined || this.state.link === "lost" || !(await entry.line.hold(held))) return false;
    this.change(key, { held });
    return true;
  }

  /** The page is left: talks are cut short, what rings cannot be answered here any more. */
  cut(why: string, reason: string): void {
    for (const { line } of [...this.entries.values()]) {
      const phase = this.shown(line.id)?.phase;
      if (phase === "talking") this.around.witness("cut_short", { uniqueid: this.channelOf(line), detail: why });
      // what is not shown yet is about to ring
      if (line.direction === "in" && phase !== "talking") this.broken(line, why);
      else line.end(reason);
    }
  }

  /** The way to the switch is broken: what rings cannot be answered any more, talks may go on. */
  unreached(): void {
    for (const { line, rings } of [...this.entries.values()]) {
      if (rings) this.broken(line, "network");
    }
  }

  /** The browser stops the page: what rings makes no sound from now on, and cannot be answered. */
  frozen(): void {
    for (const { line, rings } of [...this.entries.values()]) {
      if (rings) this.broken(line, FROZEN);
    }
  }

  /** The switch is there again: it learns by which way talks are reached. */
  reached(): void {
    for (const { line } of this.entries.values()) line.refresh();
  }

  /** Whoever is talked with hears another microphone from now on. */
  async speakBy(stream: MediaStream | null): Promise<void> {
    if (stream === null) return;
    for (const entry of this.entries.values()) {
      const sender = entry.line.connection?.getSenders().find((one) => one.track?.kind === "audio");
      const track = stream.getAudioTracks()[0]?.clone();
      if (sender === undefined || track === undefined || entry.stream === null) continue;
      stop(entry.stream);
      entry.stream = new MediaStream([track]);
      await sender.replaceTrack(track).catch(() => undefined);
      this.gate(entry);
    }
  }

  /** It rang, and cannot be answered here any more. */
  private broken(line: LineCall, why: string): void {
    this.around.witness("could_not_ring", { uniqueid: line.channel, detail: why });
    line.refuse(BROKEN, why);
  }

  private enter(line: LineCall): Entry {
    const entry: Entry = { line, stream: null, rings: false, quality: null, ends: [] };
    this.entries.set(line.id, entry);
    line.watch({
      progress: (early) => this.around.sound.callsOut(line.direction === "out" && !early),
      talking: () => this.talking(entry),
      heard: (stream) => {
        entry.ends.push(this.around.sound.hear(stream), this.around.levels.meter("out", stream));
      },
      ended: (how) => this.ended(entry, how),
    });
    return entry;
  }

  private show(line: LineCall, phase: PhoneCall["phase"]): void {
    const { id: key, direction, number, name, channel } = line;
    const begun = { key, direction, number, name, channel, phase, since: now(), muted: false, held: false, quality: null };
    this.state.calls = [...this.state.calls, begun];
  }

  private speak(entry: Entry, stream: MediaStream): void {
    entry.stream = stream;
    entry.ends.push(() => stop(entry.stream));
  }

  private talking(entry: Entry): void {
    const key = entry.line.id;
    this.quiet(entry);
    this.change(key, { phase: "talking", since: now() });
    entry.quality ??= new QualityWatch(
      () => entry.line.connection,
      (quality) => this.change(key, { quality }),
    );
  }

  private ended(entry: Entry, how: Ending): void {
    const key = entry.line.id;
    const shown = this.shown(key);
    if (!this.entries.delete(key)) return;
    this.quiet(entry);
    for (const end of entry.ends) end();
    if (how.by === "network" && shown?.phase === "talking") {
      this.around.witness("cut_short", { uniqueid: this.channelOf(entry.line), detail: "network" });
    }
    this.state.calls = this.state.calls.filter((call) => call.key !== key);
    const asking = this.state.consultation;
    if (asking !== null && (asking.waiting === key || asking.asked === key)) this.state.consultation = null;
    const summary = entry.quality?.over() ?? null;
    if (summary !== null && shown !== undefined) this.around.measured(summary, { ...shown, channel: this.channelOf(entry.line) });
    if (this.entries.size === 0) this.around.over();
  }

  /** It rings no longer, and nothing is played to whoever dials. */
  private quiet(entry: Entry): void {
    if (entry.line.direction === "out") this.around.sound.callsOut(false);
    if (!entry.rings) return;
    entry.rings = false;
    this.around.sound.hush();
    this.around.alert.close(entry.line.id);
  }

  /** A switch that does not name the call in its headers names it in the live stream. */
  private channelOf(line: LineCall): string | null {
    return line.channel ?? this.around.talkedIn();
  }

  /** A muted track sends silence, whoever else thinks of it. */
  private gate(entry: Entry): void {
    const shown = this.shown(entry.line.id);
    for (const track of entry.stream?.getAudioTracks() ?? []) track.enabled = shown?.muted !== true && shown?.held !== true;
  }

  private change(key: string, to: Partial<PhoneCall>): void {
    this.state.calls = changed(this.state.calls, key, to);
  }
}

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
