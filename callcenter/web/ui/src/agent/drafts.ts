/** Notes that are being written: kept on this browser by account and call until they are saved, for a day at most. */

export interface Draft {
  note: string;
  caseClass: string | null;
  outcome: string | null;
  callBackTo: string;
  callBackBy: string | null;
  /** The key under which it is saved once, however often it is sent. */
  key: string;
  at: number;
}

const DAY = 86_400;
const PREFIX = "callcenter.draft.";

export function emptyDraft(key: string): Draft {
  return { note: "", caseClass: null, outcome: null, callBackTo: "", callBackBy: null, key, at: 0 };
}

/** Tells whether nothing was written yet. */
export function isEmpty(draft: Draft): boolean {
  return !draft.note && draft.caseClass === null && draft.outcome === null && !draft.callBackTo && draft.callBackBy === null;
}

function nameOf(account: string, uniqueid: string): string {
  return `${PREFIX}${account}.${uniqueid}`;
}

export function readDraft(store: Storage, account: string, uniqueid: string, now: number): Draft | null {
  try {
    const read = JSON.parse(store.getItem(nameOf(account, uniqueid)) ?? "null") as Partial<Draft> | null;
    if (read === null || typeof read.note !== "string" || typeof read.key !== "string") return null;
    return now - (read.at ?? 0) > DAY ? null : { ...emptyDraft(read.key), ...read };
  } catch {
    return null;
  }
}

/** Keeps a draft; one that is empty is forgotten. */
export function keepDraft(store: Storage, account: string, uniqueid: string, draft: Draft): void {
  try {
    if (isEmpty(draft)) store.removeItem(nameOf(account, uniqueid));
    else store.setItem(nameOf(account, uniqueid), JSON.stringify(draft));
  } catch {
    // a browser that keeps nothing, or is full: the page still has it
  }
}

export function forgetDraft(store: Storage, account: string, uniqueid: string): void {
  try {
    store.removeItem(nameOf(account, uniqueid));
  } catch {
    // likewise
  }
}

/** Forgets what is older than a day. */
export function forgetOld(store: Storage, now: number): void {
  for (const name of Object.keys(store).filter((one) => one.startsWith(PREFIX))) {
    let at = 0;
    try {
      at = (JSON.parse(store.getItem(name) ?? "{}") as Partial<Draft>).at ?? 0;
    } catch {
      // no draft of ours
    }
    if (now - at > DAY) store.removeItem(name);
  }
}
