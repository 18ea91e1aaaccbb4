/**
 * Sound of this page: the ring on its own device, the other side of each call on the speaker's.
 *
 * Only a `play()` that resolved is a proof that something is heard: a browser refuses it until somebody has clicked,
 * and a device that is gone refuses it too.
 */
import { RING, RINGBACK, SILENCE, type Stretch, wav } from "./tones";

const PLAY_MS = 1500;

/** What came of letting sound out. */
export type Played = { on: string } | { failed: "locked" | "device" | "late" };

interface Sounding extends HTMLAudioElement {
  setSinkId(id: string): Promise<void>;
}

export class Sound {
  private readonly ringer = element(RING, true);
  private readonly silence = element(SILENCE, false);
  private readonly ringback = element(RINGBACK, true);
  private ringerId = "";
  private speakerId = "";
  private ringing = 0;
  /** What came of letting the ring out, for as long as something rings. */
  private proof: Promise<Played> | null = null;
  private readonly heard = new Set<Sounding>();

  /** Lets nothing be heard, but tells whether something would be. */
  probe(): Promise<Played> {
    return played(this.silence, this.ringerId);
  }

  /** Begins to ring, or goes on: a second call is told what is proven of the first one's sound, and no earlier. */
  async ring(): Promise<Played> {
    this.ringing += 1;
    const proven = this.proof === null ? null : await this.proof;
    if (proven !== null && "on" in proven && !this.ringer.paused) return proven;
    this.ringer.currentTime = 0;
    this.proof = played(this.ringer, this.ringerId);
    const how = await this.proof;
    if (this.ringing === 0) this.silenced();
    return how;
  }

  /** One of those that rang rings no longer. */
  hush(): void {
    this.ringing = Math.max(0, this.ringing - 1);
    if (this.ringing === 0) this.silenced();
  }

  /** What whoever dials hears until there is an answer. */
  callsOut(on: boolean): void {
    if (on) void played(this.ringback, this.speakerId);
    else this.ringback.pause();
  }

  /** Lets somebody be heard until what is returned is called. */
  hear(stream: MediaStream): () => void {
    const audio = new Audio() as Sounding;
    audio.srcObject = stream;
    this.heard.add(audio);
    void played(audio, this.speakerId);
    return () => {
      this.heard.delete(audio);
      audio.pause();
      audio.srcObject = null;
    };
  }

  /** Whatever sounds goes on on the devices that are chosen; the system's own where one is gone. */
  async useDevices(ringer: string, speaker: string): Promise<void> {
    this.ringerId = ringer;
    this.speakerId = speaker;
    await Promise.all([direct(this.ringer, ringer), direct(this.ringback, speaker), ...[...this.heard].map((one) => direct(one, speaker))]);
  }

  private silenced(): void {
    this.proof = null;
    this.ringer.pause();
  }

  /** Takes all sound away. */
  close(): void {
    this.ringing = 0;
    this.proof = null;
    for (const audio of [this.ringer, this.ringback, this.silence]) {
      audio.pause();
      URL.revokeObjectURL(audio.src);
    }
  }
}

function element(stretches: readonly Stretch[], loop: boolean): Sounding {
  const audio = new Audio(URL.createObjectURL(new Blob([wav(stretches)], { type: "audio/wav" }))) as Sounding;
  audio.loop = loop;
  audio.preload = "auto";
  return audio;
}

async function direct(audio: Sounding, device: string): Promise<boolean> {
  try {
    await audio.setSinkId(device);
    return true;
  } catch {
    if (device !== "") await audio.setSinkId("").catch(() => undefined);
    return device === "";
  }
}

async function played(audio: Sounding, device: string): Promise<Played> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const overdue = new Promise<Played>((resolve) => {
    late = setTimeout(() => resolve({ failed: "late" }), PLAY_MS);
  });
  const begun = (async (): Promise<Played> => {
    const there = await direct(audio, device);
    try {
      await audio.play();
      return { on: there ? device : "" };
    } catch (error) {
      return { failed: (error as Error).name === "NotAllowedError" ? "locked" : "device" };
    }
  })();
  const how = await Promise.race([begun, overdue]);
  clearTimeout(late);
  return how;
}
