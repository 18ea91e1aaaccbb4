/** Times and lengths as people read them. */

/** Writes a length as m:ss, or h:mm:ss; what is not known is a dash. */
export function length(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(s).padStart(2, "0");
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${tail}` : `${m}:${tail}`;
}

/** Reads a time of the API (RFC 3339) as epoch seconds; null where there is none. */
export function epoch(time: string | null | undefined): number | null {
  if (!time) return null;
  const read = Date.parse(time);
  return Number.isNaN(read) ? null : read / 1000;
}

/** Writes a moment as the API reads it, to the second. */
export function timeOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** Writes a moment in the site's zone: today's by hour and minute, others with their day. */
export function moment(seconds: number | null, zone: string | undefined, now: number): string {
  if (seconds === null) return "–";
  const parts = partsOf(seconds, zone);
  const today = partsOf(now, zone);
  const clock = `${parts.hour}:${parts.minute}`;
  const day = `${parts.month}-${parts.day}`;
  if (parts.year !== today.year) return `${parts.year}-${day} ${clock}`;
  return day === `${today.month}-${today.day}` ? clock : `${day} ${clock}`;
}

/** Writes a moment to the second, in the site's zone. */
export function clock(seconds: number | null, zone: string | undefined): string {
  if (seconds === null) return "–";
  const parts = partsOf(seconds, zone);
  return `${parts.hour}:${parts.minute}:${parts.second}`;
}

/** Writes the day of a moment in the site's zone, as 2026-11-26. */
export function dayOf(seconds: number, zone: string | undefined): string {
  const { year, month, day } = partsOf(seconds, zone);
  return `${year}-${month}-${day}`;
}

/** Returns when a day begins in the site's zone, as epoch seconds. */
export function dayStart(day: string, zone: string | undefined): number {
  const asIfUtc = Date.parse(`${day}T00:00:00Z`) / 1000;
  let found = asIfUtc;
  // twice: the first guess may lie on the other side of a change of the clocks
  for (let n = 0; n < 2; n += 1) {
    const { year, month, day: of, hour, minute, second } = partsOf(found, zone);
    found += asIfUtc - Date.parse(`${year}-${month}-${of}T${hour}:${minute}:${second}Z`) / 1000;
  }
  return found;
}

/** Returns the day so many days after another. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Each zone's, made once: to make one takes longer than all else that a page does when a call comes. */
const formats = new Map<string | undefined, Intl.DateTimeFormat>();

function formatOf(zone: string | undefined): Intl.DateTimeFormat {
  const made = formats.get(zone);
  if (made !== undefined) return made;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formats.set(zone, format);
  return format;
}

function partsOf(seconds: number, zone: string | undefined): Record<string, string> {
  return Object.fromEntries(formatOf(zone).formatToParts(new Date(seconds * 1000)).map((part) => [part.type, part.value]));
}
