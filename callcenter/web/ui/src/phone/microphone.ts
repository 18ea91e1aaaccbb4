/** The microphone: taken once and kept warm, given to each call as a track of its own. */
import type { MicrophoneState } from "./port";

const LIKE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

export class Microphone {
  state: MicrophoneState = "unasked";
  private stream: MediaStream | null = null;

  constructor(private readonly changed: (state: MicrophoneState) => void) {}

  get live(): MediaStream | null {
    return this.stream?.getAudioTracks().some((track) => track.readyState === "live") ? this.stream : null;
  }

  /** Takes it, on the device that is chosen or else the system's own; the state tells what came of it. */
  async take(device: string): Promise<MediaStream | null> {
    try {
      const stream = await ask(device);
      this.release();
      this.stream = stream;
      for (const track of stream.getAudioTracks()) {
        track.addEventListener("ended", () => {
          if (this.stream === stream) this.turn("lost");
        });
      }
      this.turn("open");
    } catch (error) {
      this.turn((error as Error).name === "NotAllowedError" ? "denied" : "lost");
    }
    return this.live;
  }

  /** Returns a stream of its own for a call, so that one that is muted mutes no other; null: there is none. */
  async forCall(device: string): Promise<MediaStream | null> {
    const stream = this.live ?? (await this.take(device));
    return stream === null ? null : new MediaStream(stream.getAudioTracks().map((track) => track.clone()));
  }

  release(): void {
    const stream = this.stream;
    this.stream = null;
    for (const track of stream?.getTracks() ?? []) track.stop();
  }

  /** Whether a browser would let us have it without asking anybody. */
  async granted(): Promise<boolean> {
    return (await permission())?.state === "granted";
  }

  private turn(state: MicrophoneState): void {
    this.state = state;
    this.changed(state);
  }
}

/** What people have told the browser about it; undefined: it does not say. */
export function permission(): Promise<PermissionStatus | undefined> {
  return Promise.resolve(navigator.permissions?.query({ name: "microphone" as PermissionName })).catch(() => undefined);
}

async function ask(device: string): Promise<MediaStream> {
  // a page that does not come by https, nor from this machine, has none
  const media = (navigator as Partial<Navigator>).mediaDevices;
  if (media === undefined) throw new DOMException("", "NotAllowedError");
  try {
    return await media.getUserMedia({ audio: device === "" ? LIKE : { ...LIKE, deviceId: { exact: device } } });
  } catch (error) {
    if (device === "" || (error as Error).name === "NotAllowedError") throw error;
    return await media.getUserMedia({ audio: LIKE });
  }
}
