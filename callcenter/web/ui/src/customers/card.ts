/** A customer's card as it is typed: what was changed of it, and what becomes of that where somebody else was faster. */
import type { Shape } from "@/api/client";
import { say } from "@/locale";

export type Card = Shape["CustomerShown"];

export const TEXTS = ["name", "reference", "address", "credit", "dealings", "situation", "customer_class", "owner", "queue", "group"] as const;
export type TextField = (typeof TEXTS)[number];
export type Field = TextField | "numbers" | "key_account";
/** In the order in which people read them. */
export const FIELDS: readonly Field[] = [
  "name", "reference", "numbers", "address", "customer_class", "key_account", "queue", "group", "owner", "credit", "dealings", "situation",
];
export const LONG: ReadonlySet<Field> = new Set(["address", "credit", "dealings", "situation"]);
export const LENGTHS: Record<TextField, number> = {
  name: 120, reference: 64, address: 300, credit: 300, dealings: 2000, situation: 2000, customer_class: 32, owner: 80, queue: 80, group: 80,
};

/** A number as it is typed; `place`: it is one that the card has. */
export interface NumberRow {
  place: number | null;
  raw: string;
  label: string;
}

export type Typed = Record<TextField, string> & { key_account: boolean; numbers: NumberRow[] };

/** A field that somebody else changed to something else than was typed. */
export interface Clash {
  field: Field;
  theirs: string;
  mine: string;
}

export function emptyTyped(): Typed {
  const texts = Object.fromEntries(TEXTS.map((field) => [field, ""])) as Record<TextField, string>;
  return { ...texts, key_account: false, numbers: [{ place: null, raw: "", label: "" }] };
}

export function typedOf(card: Card): Typed {
  const texts = Object.fromEntries(TEXTS.map((field) => [field, card[field] ?? ""])) as Record<TextField, string>;
  const numbers = card.numbers.map((one, place) => ({ place, raw: one.raw, label: one.label ?? "" }));
  return { ...texts, key_account: card.key_account, numbers };
}

const written = (rows: readonly NumberRow[]): string =>
  rows.filter((one) => one.raw.trim()).map((one) => [one.label, one.raw].filter(Boolean).join(" ")).join(" · ");

/** Writes what a field of a card has; empty where nobody has filled it in. */
export function fieldWords(typed: Typed, field: Field): string {
  if (field === "numbers") return written(typed.numbers);
  if (field === "key_account") return typed.key_account ? say("yes") : "";
  return typed[field];
}

const same = (a: Typed, b: Typed, field: Field): boolean =>
  field === "numbers" ? JSON.stringify(a.numbers.filter((one) => one.raw.trim())) === JSON.stringify(b.numbers) : a[field] === b[field];

/** Gives what was typed anew, as the service takes it; a number that stays is told by its place, however it is masked. */
export function toldOf(typed: Typed, base: Typed): Shape["CardWithNumbers"] {
  const told: Record<string, unknown> = {};
  for (const field of TEXTS) if (!same(typed, base, field)) told[field] = typed[field].trim() || null;
  if (typed.key_account !== base.key_account) told.key_account = typed.key_account;
  if (!same(typed, base, "numbers")) told.numbers = typed.numbers.filter((one) => one.raw.trim()).map((one) => numberTold(one, base));
  return told as Shape["CardWithNumbers"];
}

function numberTold(row: NumberRow, base: Typed): Shape["NumberGiven"] {
  const before = row.place === null ? undefined : base.numbers[row.place];
  if (before === undefined || before.raw !== row.raw) return { raw: row.raw.trim(), label: row.label.trim() || null } as Shape["NumberGiven"];
  if (before.label === row.label) return { place: row.place } as Shape["NumberGiven"];
  return { place: row.place, label: row.label.trim() || null } as Shape["NumberGiven"];
}

/** Puts what was typed upon a card that somebody else changed meanwhile: nothing typed is lost, what both changed is named. */
export function rebased(typed: Typed, base: Typed, fresh: Typed): { typed: Typed; clashes: Clash[] } {
  const next: Typed = { ...typed, numbers: typed.numbers };
  const clashes: Clash[] = [];
  for (const field of FIELDS) {
    const mine = !same(typed, base, field);
    const theirs = !same(fresh, base, field);
    if (!mine) Object.assign(next, { [field]: fresh[field] });
    else if (theirs && !same(typed, fresh, field)) clashes.push({ field, theirs: fieldWords(fresh, field), mine: fieldWords(typed, field) });
  }
  if (clashes.some((one) => one.field === "numbers")) {
    const anew = typed.numbers.filter((one) => one.place === null || base.numbers[one.place]?.raw !== one.raw);
    next.numbers = [...fresh.numbers, ...anew.map((one) => ({ ...one, place: null }))];
  }
  return { typed: next, clashes };
}
