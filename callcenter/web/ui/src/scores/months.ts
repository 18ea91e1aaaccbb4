/** Months and quarters as addresses have them. */

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const QUARTER = /^(\d{4})-([1-4])$/;

/** Reads a month of an address; null where it is none. */
export function monthOf(text: unknown): string | null {
  return typeof text === "string" && MONTH.test(text) ? text : null;
}

/** Reads a quarter of an address. */
export function quarterOf(text: unknown): { year: number; quarter: number } | null {
  const found = typeof text === "string" ? QUARTER.exec(text) : null;
  return found === null ? null : { year: Number(found[1]), quarter: Number(found[2]) };
}

/** Returns the month of a moment in a zone. */
export function monthAt(seconds: number, zone: string | undefined): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit" }).formatToParts(new Date(seconds * 1000));
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}`;
}

/** Returns the first day of a month and its last. */
export function daysOf(month: string): { from: string; to: string } {
  const [year, n] = month.split("-").map(Number) as [number, number];
  const last = new Date(Date.UTC(year, n, 0)).getUTCDate();
  return { from: `${month}-01`, to: `${month}-${String(last).padStart(2, "0")}` };
}

/** Lists the quarters up to that of a month, the latest first. */
export function quartersBefore(month: string, count: number): string[] {
  const [year, n] = month.split("-").map(Number) as [number, number];
  const latest = year * 4 + Math.floor((n - 1) / 3);
  return Array.from({ length: count }, (_, back) => `${Math.floor((latest - back) / 4)}-${((latest - back) % 4) + 1}`);
}
