/**
 * What somebody typed and did not send yet: in the memory of this page, and in the browser sealed under a key that the
 * service gives to the account alone. Where the browser cannot seal (plain http) it is in the memory of the page alone.
 */
import type { Kept } from "./kept";

const PREFIX = "callcenter.sealed.";
/** As what was typed stood there in plain before it was sealed. */
const PLAIN = /^callcenter\.(?:draft\.|amend\.|roster\.|calendar:|reasons:|retention:|queues:|matter$)/;
const DAY_MS = 86_400_000;
/** So many days the draft of a roster, of a rulebook, of what the site says is kept: it has nothing of customers. */
export const SITE_DAYS = 30;
const NONCE = 12;

interface Item {
  text: string;
  /** When it is forgotten, in epoch milliseconds. */
  until: number;
}

/** Where it is kept: in this browser, or in this tab. */
type Place = "localStorage" | "sessionStorage";

let account = "";
let key: CryptoKey | null = null;
/** By the name in the browser. */
let items = new Map<string, Item>();
/** What is to be sealed yet, and where it goes. */
const waiting = new Map<string, Place>();
let sealing: Promise<void> | null = null;
/** What other tabs write is taken up in its order. */
let heard: Promise<void> = Promise.resolve();

/** Returns the browser's store; none where it keeps nothing. */
function storeOf(place: Place): Storage | null {
  try {
    return (globalThis as Partial<Record<Place, Storage>>)[place] ?? null;
  } catch {
    return null;
  }
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

/** What is sealed opens under its name and end alone. */
function sealOf(name: string, until: number, nonce: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: "AES-GCM", iv: nonce, additionalData: bytesOf(`${name} ${until}`) };
}

async function seal(by: CryptoKey, name: string, item: Item): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const box = new Uint8Array(await crypto.subtle.encrypt(sealOf(name, item.until, nonce), by, bytesOf(item.text)));
  return `${item.until} ${btoa(Array.from([...nonce, ...box], (one) => String.fromCharCode(one)).join(""))}`;
}

/** Returns what a name holds; null: it cannot be read, or is over. */
async function unseal(by: CryptoKey, name: string, sealed: string): Promise<Item | null> {
  try {
    const [until, box] = [endOf(sealed), Uint8Array.from(atob(sealed.split(" ")[1] ?? ""), (one) => one.charCodeAt(0))];
    if (until < Date.now()) return null;
    const opened = await crypto.subtle.decrypt(sealOf(name, until, box.slice(0, NONCE)), by, box.slice(NONCE));
    return { text: new TextDecoder().decode(opened), until };
  } catch {
    return null;
  }
}

function endOf(sealed: string): number {
  const until = Number(sealed.split(" ", 1)[0]);
  return Number.isSafeInteger(until) ? until : 0;
}

const mine = (name: string): boolean => account !== "" && name.startsWith(`${PREFIX}${account}/`);

/** Takes up what the account left here before; what cannot be read, is over, or stands in plain is dropped. */
async function takeUp(by: CryptoKey | null, store: Storage): Promise<void> {
  for (const name of Object.keys(store)) {
    if (PLAIN.test(name)) store.removeItem(name);
    if (!name.startsWith(PREFIX)) continue;
    const sealed = store.getItem(name) ?? "";
    const found = by !== null && mine(name) ? await unseal(by, name, sealed) : null;
    if (found !== null) items.set(name, found);
    else if (mine(name) || endOf(sealed) < Date.now()) store.removeItem(name);
  }
}

/** Hears what another tab of the same account keeps and forgets. */
function hear(told: StorageEvent): void {
  const [name, sealed, by] = [told.key ?? "", told.newValue, key];
  if (by === null || !mine(name)) return;
  heard = heard.then(async () => {
    const found = sealed === null ? null : await unseal(by, name, sealed);
    if (by !== key) return;
    if (found !== null) items.set(name, found);
    else if (sealed === null) items.delete(name);
  });
}

/** Opens what an account typed here earlier; `given`: its key, in hex. Done before anything is read. */
export async function openSealed(whose: string, given: string): Promise<void> {
  if (whose === account) return;
  closeSealed();
  account = whose;
  const subtle = (globalThis.crypto as Partial<Crypto> | undefined)?.subtle;
  if (subtle !== undefined) {
    const raw = Uint8Array.from(given.match(/../g) ?? [], (two) => parseInt(two, 16));
    key = await subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    globalThis.addEventListener?.("storage", hear);
  }
  for (const place of ["localStorage", "sessionStorage"] as const) {
    const store = storeOf(place);
    if (store !== null) await takeUp(key, store);
  }
}

/** Forgets, in this page, what was typed and the key: nobody is signed in any more. */
export function closeSealed(): void {
  account = "";
  key = null;
  items = new Map();
  waiting.clear();
}

/** Tells whether what is typed is there again when the page is loaded anew. */
export function outlivesPage(): boolean {
  return key !== null && storeOf("localStorage") !== null;
}

/** Is there once all that was written stands in the browser. */
export async function allSealed(): Promise<void> {
  await sealing;
}

async function sealWaiting(): Promise<void> {
  for (let next = [...waiting][0]; next !== undefined; next = [...waiting][0]) {
    const [name, place] = next;
    waiting.delete(name);
    const item = items.get(name);
    if (key === null || item === undefined) continue;
    try {
      const sealed = await seal(key, name, item);
      // forgotten, or written anew meanwhile
      if (items.get(name) === item) storeOf(place)?.setItem(name, sealed);
    } catch {
      // a browser that keeps nothing, or is full: what is typed stays on the page
    }
  }
  sealing = null;
}

/** Keeps one value for whoever is signed in; what does not fit is as if there were nothing. */
export function sealed<T>(name: string, fits: (value: unknown) => boolean, days = 1, place: Place = "localStorage"): Kept<T> {
  const here = (): string => `${PREFIX}${account}/${name}`;
  return {
    read() {
      const item = items.get(here());
      if (item === undefined || item.until < Date.now()) return null;
      const value: unknown = JSON.parse(item.text);
      return fits(value) ? (value as T) : null;
    },
    write(value) {
      if (account === "") return;
      items.set(here(), { text: JSON.stringify(value), until: Date.now() + days * DAY_MS });
      waiting.set(here(), place);
      sealing ??= sealWaiting();
    },
    forget() {
      items.delete(here());
      try {
        if (account !== "") storeOf(place)?.removeItem(here());
      } catch {
        // a browser that keeps nothing
      }
    },
  };
}
