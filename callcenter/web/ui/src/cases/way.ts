/** The way that a case went: its states in order, how long it was in each, and what lies before it still. */
import type { Shape } from "@/api/client";
import { epoch } from "@/words/times";

type State = Shape["CaseState"];

export interface Stage {
  state: State;
  /** When it came there; null: it has still to. */
  since: number | null;
  /** How long it was there, or is until now; null where it never was, or where nothing runs any more. */
  seconds: number | null;
  now: boolean;
}

const ROAD: readonly State[] = [
  "received", "recorded", "analysed", "assigned", "proposed", "approved", "agreed", "carried_out", "feedback", "summarised", "archived",
];

/** Draws the way out of a case's lines. */
export function wayOf(lines: readonly Pick<Shape["CaseLineShown"], "at" | "state">[], upheld: boolean | null, now: number): Stage[] {
  const stages: Stage[] = [];
  for (const line of lines) {
    const since = epoch(line.at);
    const last = stages.at(-1);
    if (last?.state === line.state) continue;
    if (last !== undefined && last.since !== null && since !== null) last.seconds = since - last.since;
    stages.push({ state: line.state, since, seconds: null, now: false });
  }
  const last = stages.at(-1);
  if (last === undefined) return stages;
  last.now = true;
  if (last.state !== "archived" && last.since !== null) last.seconds = Math.max(0, now - last.since);
  return [...stages, ...ahead(last.state, upheld).map((state) => ({ state, since: null, seconds: null, now: false }))];
}

function ahead(state: State, upheld: boolean | null): State[] {
  if (state === "not_upheld" || state === "withdrawn") return ["archived"];
  if (state === "analysed" && upheld === false) return ["not_upheld", "archived"];
  const place = ROAD.indexOf(state);
  return place < 0 ? [] : ROAD.slice(place + 1);
}
