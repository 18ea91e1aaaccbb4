/** Which cases are listed, as the address says it: the table and the board ask for the same. */
import type { Shape } from "@/api/client";
import { useSession } from "@/session/store";

export type CaseRow = Shape["CaseShown"];
export type State = Shape["CaseState"];

export const STATES: readonly State[] = [
  "received", "recorded", "analysed", "assigned", "proposed", "approved", "agreed", "carried_out", "feedback",
  "summarised", "not_upheld", "withdrawn", "under_review", "archived",
];
export const NATURES: readonly Shape["Nature"][] = ["quarrel", "attitude", "slow", "product", "delivery", "other"];
export const FILTERS = ["scope", "state", "nature", "department", "overdue", "archived", "order", "view"] as const;

type Told = Record<string, string>;

/** The query of a list; `scope=mine` leaves one's own. */
export function caseQuery(told: Told) {
  return {
    open: told.archived === undefined && told.state === undefined,
    state: told.state === undefined ? [] : [told.state as State],
    owner: told.scope === "mine" ? (useSession().me?.name ?? null) : null,
    nature: (told.nature ?? null) as Shape["Nature"] | null,
    department: told.department ?? null,
    overdue: told.overdue !== undefined,
    order: (told.order ?? "due") as Shape["CaseOrder"],
  };
}

/** The same, as a file of it is asked for. */
export function fileQuery(told: Told): Record<string, string> {
  const { state, ...same } = caseQuery(told);
  const said = Object.entries({ ...same, state: state[0] ?? null }).filter(([, value]) => value !== null);
  return Object.fromEntries(said.map(([name, value]) => [name, String(value)]));
}

/** The columns of the board: the states that are asked for. */
export function columnsOf(told: Told): State[] {
  if (told.state !== undefined) return STATES.filter((one) => one === told.state);
  return STATES.filter((one) => one !== "archived" || told.archived !== undefined);
}
