/** The tree of what contacts are about, as it is looked through and written. */
import type { Shape } from "@/api/client";

export type ContactClass = Shape["CaseClassShown"];
/** A text of a class, with a key of its own while it is written. */
export type Text = Shape["CannedTextShown"];

export interface ClassTyped {
  code: string;
  zh: string;
  en: string;
  parent: string;
  texts: Text[];
}

export const MOST_TEXTS = 20;
const CODE = /^[a-z0-9][a-z0-9._-]{0,31}$/;

export function emptyClass(parent = ""): ClassTyped {
  return { code: "", zh: "", en: "", parent, texts: [] };
}

export function typedClass(one: ContactClass): ClassTyped {
  return { code: one.code, zh: one.zh, en: one.en, parent: one.parent ?? "", texts: one.texts.map((text) => ({ ...text })) };
}

/** What is sent of a class; without its code, which stays. */
export function toldClass(typed: ClassTyped, closed: boolean): Shape["ClassTold"] {
  const texts = typed.texts.map((one) => ({ name: one.name.trim(), zh: one.zh.trim(), en: one.en.trim() }));
  return { zh: typed.zh.trim(), en: typed.en.trim(), parent: typed.parent || null, texts, closed };
}

/** Tells whether all is there that a class needs. */
export function isWhole(typed: ClassTyped): boolean {
  const words = [typed.zh, typed.en, ...typed.texts.flatMap((one) => [one.name, one.zh, one.en])];
  return CODE.test(typed.code) && words.every((one) => one.trim() !== "");
}

/** Narrows the tree to what has the words in its code or names, and what is above that, so that one sees where it stands. */
export function sought(tree: readonly ContactClass[], words: string): ContactClass[] {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return [...tree];
  const parents = new Map(tree.map((one) => [one.code, one.parent]));
  const kept = new Set<string>();
  for (const one of tree) {
    if (![one.code, one.zh, one.en].some((text) => text.toLowerCase().includes(wanted))) continue;
    for (let code: string | null = one.code; code !== null && !kept.has(code); code = parents.get(code) ?? null) kept.add(code);
  }
  return tree.filter((one) => kept.has(one.code));
}

/** Lists where a class may stand: below every open one that is neither itself nor below it. */
export function placesFor(code: string, tree: readonly ContactClass[]): ContactClass[] {
  const below = new Set([code]);
  for (const one of tree) if (one.parent !== null && below.has(one.parent)) below.add(one.code);
  return tree.filter((one) => !one.closed && !below.has(one.code));
}
