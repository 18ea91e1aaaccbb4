/** Whose value each field of a merged card takes. */
import { type Card, type Field, FIELDS, fieldWords, typedOf } from "./card";

export type Side = "kept" | "other";
export type Sides = Record<string, Side>;

export interface SideRow {
  field: Field;
  kept: string;
  other: string;
  /** There is nothing to choose: both are the same, or the numbers of both are kept. */
  fixed: boolean;
}

/** Puts two cards side by side, field by field. */
export function sideRows(kept: Card, other: Card): SideRow[] {
  const [here, there] = [typedOf(kept), typedOf(other)];
  return FIELDS.map((field) => {
    const [mine, theirs] = [fieldWords(here, field), fieldWords(there, field)];
    return { field, kept: mine, other: theirs, fixed: field === "numbers" || mine === theirs };
  });
}

/** Chooses as the service would where nothing is said: the kept side's, and where that is empty the other's. */
export function usualSides(rows: readonly SideRow[], chosen: Sides = {}): Sides {
  const found: Sides = {};
  for (const row of rows) if (!row.fixed) found[row.field] = chosen[row.field] ?? (row.kept === "" ? "other" : "kept");
  return found;
}
