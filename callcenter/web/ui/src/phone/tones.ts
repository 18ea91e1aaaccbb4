/** Sounds of the phone, made here: no file, and nothing from elsewhere. */

const RATE = 8000;
const LOUD = 0.6;
const RAMP_SECONDS = 0.01;

/** A stretch of sound: frequencies that sound together, none: silence. */
export type Stretch = readonly [seconds: number, ...hertz: number[]];

/** One second of ring, four of silence: what callers hear, so that rings are the same for both. */
export const RING: readonly Stretch[] = [
  [0.4, 660, 880],
  [0.2, 550, 660],
  [0.4, 660, 880],
  [4],
];
/** What whoever dials hears while the other phone rings. */
export const RINGBACK: readonly Stretch[] = [[1, 450], [4]];
export const SILENCE: readonly Stretch[] = [[0.05]];

/** Returns stretches as a WAV file: 16 bits, one channel. */
export function wav(stretches: readonly Stretch[]): ArrayBuffer {
  const samples = stretches.flatMap(([seconds, ...hertz]) => {
    const count = Math.round(seconds * RATE);
    return Array.from({ length: count }, (_, n) => sample(n / RATE, seconds, hertz));
  });
  const file = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const write = (at: number, text: string): void => [...text].forEach((c, n) => file.setUint8(at + n, c.charCodeAt(0)));
  write(0, "RIFF");
  file.setUint32(4, 36 + samples.length * 2, true);
  write(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, RATE, true);
  file.setUint32(28, RATE * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  write(36, "data");
  file.setUint32(40, samples.length * 2, true);
  samples.forEach((value, n) => file.setInt16(44 + n * 2, Math.round(value * 32767), true));
  return file.buffer as ArrayBuffer;
}

function sample(at: number, seconds: number, hertz: number[]): number {
  if (hertz.length === 0) return 0;
  const ramp = Math.min(1, at / RAMP_SECONDS, (seconds - at) / RAMP_SECONDS);
  return (LOUD * ramp * hertz.reduce((sum, one) => sum + Math.sin(2 * Math.PI * one * at), 0)) / hertz.length;
}
