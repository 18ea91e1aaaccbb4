/** What an entry of the audit log holds besides, in one line. */
const LONGEST = 400;

/** Writes names and values; what is nested is written as it is kept. */
export function detail(told: Record<string, unknown>): string {
  const line = Object.entries(told)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" · ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
