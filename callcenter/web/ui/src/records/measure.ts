/** What was measured against its limit, as shares of a bar that has room for both. */
export interface Bar {
  limit: number;
  measured: number;
  /** Where the measured value may lie. */
  low: number;
  high: number;
}

const ROOM = 1.25;

/** Writes a length with one place, or with as many as tell it from its limit, and it from nothing. */
export function figure(value: number, limit = Number.NaN): string {
  const places = [1, 2, 3].find((n) => (value === limit || value.toFixed(n) !== limit.toFixed(n)) && (value === 0 || Number(value.toFixed(n)) !== 0)) ?? 6;
  return String(Number(value.toFixed(places)));
}

export function barOf(measured: number, limit: number, uncertainty: number | null): Bar {
  const about = uncertainty ?? 0;
  const whole = Math.max(measured + about, limit, Number.MIN_VALUE) * ROOM;
  const share = (value: number): number => Math.min(100, Math.max(0, (100 * value) / whole));
  return { limit: share(limit), measured: share(measured), low: share(measured - about), high: share(measured + about) };
}
