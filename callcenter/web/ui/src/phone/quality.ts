/** How well a call is heard, from what the browser counts; looked at every five seconds, and summed up at its end. */
import { now } from "./clock";
import type { CallQuality } from "./port";

const LOOK_MS = 5000;

/** What a browser has counted since a call began. */
export interface Counted {
  received: number;
  lost: number;
  jitterMs: number;
  roundTripMs: number | null;
  codec: string | null;
}

/** A call's quality from its beginning to its end, as the service keeps it. */
export interface Summary {
  seconds: number;
  loss: number;
  worst_loss: number;
  jitter_ms: number | null;
  round_trip_ms: number | null;
  codec: string | null;
}

/** Returns what is heard between two looks; null where nothing came at all. */
export function between(before: Counted, after: Counted): CallQuality | null {
  const received = after.received - before.received;
  const lost = Math.max(0, after.lost - before.lost);
  if (received + lost <= 0) return null;
  return { loss: lost / (received + lost), jitterMs: after.jitterMs, roundTripMs: after.roundTripMs };
}

/** Sums looks up; null where nothing was ever heard. */
export function summary(looks: readonly CallQuality[], last: Counted, seconds: number): Summary | null {
  if (looks.length === 0 || last.received + last.lost <= 0) return null;
  const mean = (all: number[]): number | null => (all.length === 0 ? null : all.reduce((sum, one) => sum + one, 0) / all.length);
  return {
    seconds,
    loss: Math.max(0, last.lost) / (last.received + Math.max(0, last.lost)),
    worst_loss: Math.max(...looks.map((look) => look.loss)),
    jitter_ms: mean(looks.map((look) => look.jitterMs)),
    round_trip_ms: mean(looks.map((look) => look.roundTripMs).filter((one) => one !== null)),
    codec: last.codec,
  };
}

type Stat = Record<string, unknown> & { type: string };

/** Reads what matters of a browser's report. */
export function counted(report: Iterable<Stat>): Counted | null {
  const stats = [...report];
  const audio = (type: string): Stat | undefined => stats.find((one) => one.type === type && one.kind === "audio");
  const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
  const heard = audio("inbound-rtp");
  if (heard === undefined) return null;
  const pair = stats.find((one) => one.type === "candidate-pair" && one.nominated === true);
  const trip = number(audio("remote-inbound-rtp")?.roundTripTime) ?? number(pair?.currentRoundTripTime);
  const codec = stats.find((one) => one.type === "codec" && one.id === heard.codecId)?.mimeType;
  return {
    received: number(heard.packetsReceived) ?? 0,
    lost: number(heard.packetsLost) ?? 0,
    jitterMs: 1000 * (number(heard.jitter) ?? 0),
    roundTripMs: trip === null ? null : 1000 * trip,
    codec: typeof codec === "string" ? codec.replace(/^audio\//i, "").toLowerCase().slice(0, 32) : null,
  };
}

/** Looks at one call until it is over. */
export class QualityWatch {
  private readonly begun = now();
  private readonly looks: CallQuality[] = [];
  private last: Counted = { received: 0, lost: 0, jitterMs: 0, roundTripMs: null, codec: null };
  private readonly looking: ReturnType<typeof setInterval>;

  constructor(
    private readonly connection: () => Pick<RTCPeerConnection, "getStats"> | null,
    private readonly measured: (quality: CallQuality) => void,
  ) {
    this.looking = setInterval(() => void this.look(), LOOK_MS);
  }

  /** Stops looking; returns what it was like, null where nothing was measured. */
  over(): Summary | null {
    clearInterval(this.looking);
    return summary(this.looks, this.last, (now() - this.begun) / 1000);
  }

  private async look(): Promise<void> {
    const report = await this.connection()?.getStats().catch(() => undefined);
    const found = report === undefined ? null : counted((report as unknown as Map<string, Stat>).values());
    if (found === null) return;
    const quality = between(this.last, found);
    this.last = found;
    if (quality === null) return;
    this.looks.push(quality);
    this.measured(quality);
  }
}
