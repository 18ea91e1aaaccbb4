/** A draft made of the rulebook in force as it is written, with one rule that is otherwise. */

export type Written = Record<string, unknown>;
export interface RuleLine {
  code: string;
  title: string;
  mode: string;
  /** Null: a range, or no figure. */
  points: number | null;
}

const isRecord = (value: unknown): value is Written => typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns the newest edition's rules; empty where what is written is no rulebook. */
function rulesOf(written: Written): Written {
  const editions = written.editions;
  const newest: unknown = Array.isArray(editions) ? editions.at(-1) : undefined;
  return isRecord(newest) && isRecord(newest.violations) ? newest.violations : {};
}

function titleOf(rule: Written, language: "en" | "zh"): string | null {
  const said = isRecord(rule.title) ? rule.title[language] : null;
  return typeof said === "string" ? said : null;
}

/** Lists the rules as they are, by code. */
export function linesOf(written: Written, language: "en" | "zh"): RuleLine[] {
  return Object.entries(rulesOf(written))
    .filter((one): one is [string, Written] => isRecord(one[1]))
    .map(([code, rule]) => ({ code, title: titleOf(rule, language) ?? code, mode: String(rule.mode ?? ""), points: typeof rule.points === "number" ? rule.points : null }))
    .sort((a, b) => a.code.localeCompare(b.code));
}

/** Writes the rulebook with a rule that is otherwise; what is null stays as it is. */
export function otherwise(written: Written, code: string, mode: string | null, points: number | null): Written {
  // what a page watches cannot be cloned otherwise
  const draft = JSON.parse(JSON.stringify(written)) as Written;
  const rule = rulesOf(draft)[code];
  if (isRecord(rule)) {
    if (mode !== null) rule.mode = mode;
    if (points !== null) rule.points = points;
  }
  return draft;
}
