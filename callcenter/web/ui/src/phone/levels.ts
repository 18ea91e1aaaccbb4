/** How loud it is, for meters: ten looks a second at whatever is metered. */

const LOOK_MS = 100;
/** Speech is about so loud, and a meter that it fills half is read well. */
const GAIN = 4;

interface Meter {
  node: AnalyserNode;
  source: MediaStreamAudioSourceNode;
  samples: Float32Array<ArrayBuffer>;
}

export class Levels {
  private context: AudioContext | null = null;
  private readonly meters: Record<"in" | "out", Map<MediaStream, Meter>> = { in: new Map(), out: new Map() };
  private said = { in: 0, out: 0 };
  private looking: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly tell: (levels: { in: number; out: number }) => void) {}

  /** Meters a stream until what is returned is called. */
  meter(side: "in" | "out", stream: MediaStream): () => void {
    if (stream.getAudioTracks().length === 0) return () => undefined;
    try {
      this.context ??= new AudioContext();
      void this.context.resume().catch(() => undefined);
      const node = this.context.createAnalyser();
      node.fftSize = 512;
      const source = this.context.createMediaStreamSource(stream);
      source.connect(node);
      this.meters[side].set(stream, { node, source, samples: new Float32Array(node.fftSize) });
    } catch {
      return () => undefined; // a browser that has no meters
    }
    this.looking ??= setInterval(() => this.look(), LOOK_MS);
    return () => {
      this.meters[side].get(stream)?.source.disconnect();
      this.meters[side].delete(stream);
      if (this.meters.in.size + this.meters.out.size === 0) this.rest();
    };
  }

  close(): void {
    this.rest();
    void this.context?.close().catch(() => undefined);
    this.context = null;
  }

  private rest(): void {
    if (this.looking !== null) clearInterval(this.looking);
    this.looking = null;
    this.say({ in: 0, out: 0 });
  }

  private look(): void {
    const loudest = (side: "in" | "out"): number => Math.max(0, ...[...this.meters[side].values()].map(loudness));
    this.say({ in: loudest("in"), out: loudest("out") });
  }

  private say(levels: { in: number; out: number }): void {
    if (levels.in === this.said.in && levels.out === this.said.out) return;
    this.said = levels;
    this.tell(levels);
  }
}

function loudness({ node, samples }: Meter): number {
  node.getFloatTimeDomainData(samples);
  const mean = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
  return Math.round(Math.min(1, GAIN * Math.sqrt(mean)) * 50) / 50;
}
