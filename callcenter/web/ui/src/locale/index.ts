/** What people read on the page, in both languages: one catalogue, `texts.json`, each text as [English, Chinese]. */
import zhCn from "element-plus/es/locale/lang/zh-cn";
import en from "element-plus/es/locale/lang/en";
import { createI18n, type MessageContext } from "vue-i18n";

import { kept } from "@/words/kept";

import texts from "./texts.json";

export type Language = "zh-CN" | "en";
export type TextKey = keyof typeof texts;
export type Named = Record<string, string | number>;

const CATALOGUE = texts as unknown as Record<TextKey, [string, string]>;
const LANGUAGE = kept<Language>("language", (value) => value === "zh-CN" || value === "en");

function messages(which: 0 | 1): Record<string, string> {
  return Object.fromEntries(Object.entries(CATALOGUE).map(([key, said]) => [key, said[which]]));
}

type Filled = (given: MessageContext<string>) => string;
const FILLED = new Map<string, Filled>();

/** Reads a text with its gaps: nothing else of the library's own language is used, so its reader is not sent. */
function filled(text: string): Filled {
  let made = FILLED.get(text);
  if (made === undefined) {
    const parts = text.split(/\{(\w+)\}/);
    made = (given) =>
      parts.map((part, n) => (n % 2 ? String(given.named(part) ?? "") : part)).join("");
    FILLED.set(text, made);
  }
  return made;
}

/** Chooses by what was chosen before, else by the browser; Chinese where it speaks neither. */
export function firstLanguage(spoken: readonly string[]): Language {
  const found = spoken.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => tag === "zh" || tag === "en");
  return found === "en" ? "en" : "zh-CN";
}

export const i18n = createI18n({
  legacy: false,
  locale: LANGUAGE.read() ?? firstLanguage(globalThis.navigator?.languages ?? []),
  fallbackLocale: "en",
  messages: { en: messages(0), "zh-CN": messages(1) },
  messageCompiler: (text) => filled(text as string),
  messageResolver: (catalogue, key) => (catalogue as Record<string, string>)[key] ?? null,
});

/** Returns the language of the page now. */
export function language(): Language {
  return i18n.global.locale.value as Language;
}

/** Returns the words of Element Plus in the language of the page. */
export function widgetWords(): typeof en {
  return language() === "en" ? en : zhCn;
}

/** Lets the page speak a language from now on, also the next time. */
export function speak(chosen: Language): void {
  i18n.global.locale.value = chosen;
  LANGUAGE.write(chosen);
  document.documentElement.lang = chosen;
}

/** Says a text; named gaps are filled as they are. */
export function say(key: TextKey, named: Named = {}): string {
  return i18n.global.t(key, named);
}

/** Tells whether something is the key of a text. */
export function has(key: string): key is TextKey {
  return key in CATALOGUE;
}

/** Says one of a family of texts, `family.code`; a code without a text says itself. */
export function sayOne(family: string, code: string | null, named: Named = {}): string {
  if (code === null) return say("unknown");
  const key = `${family}.${code}`;
  return key in CATALOGUE ? say(key as TextKey, named) : code;
}
