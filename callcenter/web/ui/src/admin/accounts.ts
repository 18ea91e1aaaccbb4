/** Accounts: the roles that there are, and a password that nobody has thought of. */
import type { Shape } from "@/api/client";

export const ROLES: Shape["Role"][] = [
  "agent", "group_leader", "supervisor", "training_specialist", "qa", "manager", "general_manager", "accounting", "hr", "admin",
];
/** Without those that are read as others. */
const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LONG = 16;

/** Makes a password to be told once. */
export function madePassword(): string {
  const fair = 256 - (256 % LETTERS.length);
  let made = "";
  while (made.length < LONG) {
    for (const byte of crypto.getRandomValues(new Uint8Array(LONG))) {
      if (byte < fair && made.length < LONG) made += LETTERS[byte % LETTERS.length];
    }
  }
  return made;
}
