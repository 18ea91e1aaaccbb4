/** What was measured against its limit, as shares of a bar that has room for both. */
export interface Bar {
  limit: number;
  measured: number;
  /** Where the measured value may lie. */
  low: number;
  high: number;
}

const ROOM = 1.25;

export function barOf(measured: number, limit: number, uncertainty: number | null): Bar {
  const about = uncertainty ?? 0;
  const whole = Math.max(measured + about, limit, Number.MIN_VALUE) * ROOM;
  const share = (value: number): number => Math.min(100, Math.max(0, (100 * value) / whole));
  return { limit: share(limit), measured: share(measured), low: share(measured - about), high: share(measured + about) };
}
