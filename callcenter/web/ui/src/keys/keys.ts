/** Keys that do something: which there are, how one is named, and what speaks against another one. */

export const COMMANDS = ["answer", "mute", "hold", "transfer", "next_state", "search", "list", "decline", "hang_up"] as const;
export type Command = (typeof COMMANDS)[number];
export type Keys = Record<Command, string>;

export const FIRST_KEYS: Readonly<Keys> = {
  answer: "A",
  mute: "M",
  hold: "H",
  transfer: "T",
  next_state: "S",
  search: "/",
  list: "?",
  decline: "Shift+D",
  hang_up: "Shift+E",
};

/** What cannot be undone is never one slip of a finger away. */
const NEEDS_MODIFIER: ReadonlySet<Command> = new Set<Command>(["decline", "hang_up"]);
/** What a browser, a form or whoever reads the page aloud needs for itself. */
const NOBODYS = /^(Control|Shift|Alt|AltGraph|Meta|OS|CapsLock|NumLock|Tab|Enter|Escape| |Spacebar|Arrow.+|Backspace|Delete|Home|End|Page.+|F5|F6|F7|F1[12]|ContextMenu|Dead|Process|Unidentified)$/;
const BROWSERS = /^(Ctrl\+(Shift\+)?[TNWRLPQ]|Ctrl\+[ACVXZFDJHUSO0-9]|Alt\+F4|Alt\+[DFE])$/;

export type KeyPressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">;

/** Names what is pressed, like `A`, `Shift+D` or `?`; null: a key that is nobody's command. */
export function named(event: KeyPressed): string | null {
  if (NOBODYS.test(event.key) || event.metaKey) return null;
  const letter = /^[a-z]$/i.test(event.key) ? event.key : (/^Key([A-Z])$/.exec(event.code)?.[1] ?? null);
  const key = letter?.toUpperCase() ?? event.key;
  // of a sign the shift is part of how it is typed
  const shift = event.shiftKey && (letter !== null || key.length > 1);
  return [event.ctrlKey && "Ctrl", event.altKey && "Alt", shift && "Shift", key].filter(Boolean).join("+");
}

export type Refusal = { why: "taken"; by: Command } | { why: "modifier" } | { why: "browser" };

/** Says why a command may not have a key; null: it may. */
export function refusal(command: Command, key: string, keys: Keys): Refusal | null {
  if (BROWSERS.test(key)) return { why: "browser" };
  if (NEEDS_MODIFIER.has(command) && !/^(Ctrl|Alt|Shift)\+/.test(key)) return { why: "modifier" };
  const by = COMMANDS.find((other) => other !== command && keys[other] === key);
  return by === undefined ? null : { why: "taken", by };
}

/** Tells whether what was kept is a key for each command, none of them refused. */
export function areKeys(value: unknown): value is Keys {
  if (typeof value !== "object" || value === null) return false;
  const keys = value as Keys;
  return COMMANDS.every((command) => typeof keys[command] === "string" && refusal(command, keys[command], keys) === null);
}
