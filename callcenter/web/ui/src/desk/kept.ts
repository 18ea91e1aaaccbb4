/** The state that was shown when the page was left: one that is loaded anew within seconds shows it until it knows better. */
export interface ShownState {
  state: string;
  reason: string | null;
  since: number | null;
}

const NAME = "callcenter.state";
const LASTS_MS = 10_000;

/** Keeps it for this tab. */
export function keepState(account: string, shown: ShownState): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ account, at: Date.now(), shown }));
  } catch {
    // a browser that keeps nothing
  }
}

/** Returns it; null where there is none, it is another account's, or too old. */
export function keptState(account: string): ShownState | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null") as { account: string; at: number; shown: ShownState } | null;
    return kept !== null && kept.account === account && Date.now() - kept.at < LASTS_MS ? kept.shown : null;
  } catch {
    return null;
  }
}
