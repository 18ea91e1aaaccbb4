/** What a switch or a caller sends is hostile: it is cut to what such a thing has, and is text, never markup. */

const MOST_NAME = 60;
const MOST_NUMBER = 40;
// control characters, and those that turn the direction of writing or are not seen
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu;

export function numberOf(told: unknown): string {
  return typeof told === "string" ? told.replace(/[^0-9A-Za-z+*#._-]/g, "").slice(0, MOST_NUMBER) : "";
}

export function nameOf(told: unknown): string {
  return typeof told === "string" ? [...told.replace(UNSEEN, "").trim()].slice(0, MOST_NAME).join("") : "";
}

/** Returns a channel's unique id as Asterisk writes one, null for anything else. */
export function channelOf(told: unknown): string | null {
  return typeof told === "string" && /^[A-Za-z0-9._-]{1,80}$/.test(told) ? told : null;
}

/** Tells whether something may be dialled: a number, or a name at the switch. */
export function dialable(number: string): boolean {
  return /^[0-9A-Za-z+*#._-]{1,40}$/.test(number);
}
