/** A rulebook as it is written: what its figures are called, how a value is said, and what a form changes of it. */
import { say, sayOne } from "@/locale";

export interface PointsRange {
  from: number;
  to: number;
  by: "length" | "choice";
}
export type Value = string | number | boolean | null | string[] | PointsRange;
export type Entry = Record<string, unknown>;
export interface WrittenEdition {
  version: string;
  from: string;
  to: string | null;
  figures: Entry;
  promises: Record<string, Entry>;
  violations: Record<string, Entry>;
}
/** What somebody typed, by place: the part, the rule or queue (empty for a figure of all), and the figure. */
export type Typed = Record<string, string>;
export interface Said {
  figures: Entry;
  violations: Record<string, Entry>;
  promises: Record<string, Entry>;
}

const NO_FIGURE = "no figure";
const SECONDS = "_seconds";
const RANGE = /^(\d{1,3})\s*[-–~]\s*(\d{1,3})$/;

function isRange(value: unknown): value is PointsRange {
  return typeof value === "object" && value !== null && "from" in value && "to" in value && "by" in value;
}

/** Names a figure; one without words of its own says itself. */
export function figureName(name: string): string {
  const bare = name.replace(/^figures\./, "").replace(".", "_");
  return sayOne("figure", bare.endsWith(SECONDS) ? bare.slice(0, -SECONDS.length) : bare);
}

/** Says a value as people read it. */
export function phrase(name: string, value: unknown): string {
  if (value === null || value === undefined) return say("rules.nothing");
  if (value === NO_FIGURE) return say("rules.no_figure");
  if (typeof value === "boolean") return say(value ? "rules.yes" : "rules.no");
  if (name.endsWith(SECONDS)) return say("rules.seconds", { n: Number(value) });
  if (name === "mode") return sayOne("mode", String(value));
  if (name === "severity" || name === "lesser") return sayOne("severity", String(value));
  if (isRange(value)) return say(value.by === "length" ? "rules.range_length" : "rules.range_choice", { from: value.from, to: value.to });
  if (Array.isArray(value)) return value.map((one) => (name === "told_reasons" ? sayOne("state.because", String(one)) : String(one))).join(" · ") || say("rules.nothing");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Writes a value as a field of a form holds it. */
export function typedOf(value: unknown): string {
  if (value === null || value === undefined || value === NO_FIGURE) return "";
  if (isRange(value)) return `${value.from}–${value.to}`;
  if (Array.isArray(value)) return value.join(", ");
  return String(value);
}

/** Reads what was typed in the place of a value; undefined: it cannot be one. */
export function valueOf(typed: string, before: unknown, name: string): Value | undefined {
  const text = typed.trim();
  if (name === "mode" || name === "severity") return text || undefined;
  if (typeof before === "boolean") return text === "true";
  if (Array.isArray(before)) return text.split(/[,，、]/).map((one) => one.trim()).filter(Boolean);
  const range = RANGE.exec(text);
  if (name === "points" && range !== null) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    return from < to ? { ...(isRange(before) ? before : { by: "choice" as const }), from, to } : undefined;
  }
  const n = Number(text);
  return text === "" || !Number.isFinite(n) || n < 0 ? undefined : n;
}

export const place = (part: string, code: string, name: string): string => [part, code, name].join("|");

/** Finds a value of an edition by its place. */
export function held(edition: WrittenEdition, at: string): unknown {
  const [part = "", code = "", name = ""] = at.split("|");
  if (part === "figures") return edition.figures[name];
  if (part === "queues") return (edition.figures.queues as Record<string, Entry> | undefined)?.[code]?.[name];
  const entry = (part === "promises" ? edition.promises : edition.violations)[code];
  return name.startsWith("figures.") ? (entry?.figures as Entry | undefined)?.[name.slice("figures.".length)] : entry?.[name];
}

/** Returns the places of what was typed that are said otherwise than an edition says, and those that say nothing. */
export function changed(edition: WrittenEdition, typed: Typed): { changes: [string, Value][]; wrong: string[] } {
  const changes: [string, Value][] = [];
  const wrong: string[] = [];
  for (const [at, text] of Object.entries(typed)) {
    const before = held(edition, at);
    if (text.trim() === typedOf(before)) continue;
    const value = valueOf(text, before, at.slice(at.lastIndexOf("|") + 1));
    if (value === undefined) wrong.push(at);
    else if (JSON.stringify(value) !== JSON.stringify(before)) changes.push([at, value]);
  }
  return { changes, wrong };
}

/** Makes an object that knows no name but those which are given to it: a queue may be called as what every object has. */
const plain = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

/** Writes changes as the parts of an edition, no further than they differ. */
export function saidBy(changes: [string, Value][]): Said {
  const said: Said = { figures: plain(), violations: plain(), promises: plain() };
  for (const [at, value] of changes) {
    const [part = "", code = "", name = ""] = at.split("|");
    if (part === "figures") said.figures[name] = value;
    else if (part === "queues") {
      const queues = (said.figures.queues ??= plain()) as Record<string, Entry>;
      (queues[code] ??= plain())[name] = value;
    } else {
      const entry = ((part === "promises" ? said.promises : said.violations)[code] ??= plain());
      if (!name.startsWith("figures.")) entry[name] = value;
      else ((entry.figures ??= plain()) as Entry)[name.slice("figures.".length)] = value;
    }
  }
  return said;
}
