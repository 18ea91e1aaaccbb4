import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { allSealed, closeSealed, openSealed, outlivesPage, sealed } from "./sealed";

const [ALICE, BOBBY] = ["a1".repeat(32), "b2".repeat(32)];
const NOTE = "her number is 13812345678";
const isText = (value: unknown): boolean => typeof value === "string";
const note = sealed<string>("note.1", isText);

/** A browser's store, of which `Object.keys` are the names. */
function store(): Storage & Record<string, string> {
  const kept = {} as Record<string, string>;
  const methods = {
    getItem: (name: string) => kept[name] ?? null,
    setItem: (name: string, value: string) => void (kept[name] = value),
    removeItem: (name: string) => void Reflect.deleteProperty(kept, name),
  };
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(kept, name, { value, enumerable: false });
  return kept as Storage & Record<string, string>;
}

let browser = store();
let tab = store();
let listen: (told: Partial<StorageEvent>) => void = () => undefined;

beforeEach(() => {
  [browser, tab] = [store(), store()];
  vi.stubGlobal("localStorage", browser);
  vi.stubGlobal("sessionStorage", tab);
  vi.stubGlobal("addEventListener", (_: string, hear: typeof listen) => (listen = hear));
});
afterEach(() => {
  closeSealed();
  vi.useRealTimers();
});

async function typed(what: string): Promise<void> {
  await openSealed("alice", ALICE);
  note.write(what);
  await allSealed();
}

/** The page is loaded anew, and somebody is signed in. */
async function again(account = "alice", key = ALICE): Promise<string | null> {
  closeSealed();
  await openSealed(account, key);
  return note.read();
}

test("what was typed is there when the page is loaded anew and the browser shows nothing of it", async () => {
  await typed(NOTE);
  expect(outlivesPage()).toBe(true);
  expect(Object.keys(browser)).toEqual(["callcenter.sealed.alice/note.1"]);
  expect(Object.values(browser)[0]).toMatch(/^\d+ [A-Za-z0-9+/]+=*$/);
  expect(atob(Object.values(browser)[0]?.split(" ")[1] ?? "")).not.toContain("138");
  expect(await again()).toBe(NOTE);
});

test("another account reads nothing and leaves it to its owner", async () => {
  await typed(NOTE);
  expect(await again("bobby", BOBBY)).toBeNull();
  note.write("bobby's own");
  await allSealed();
  expect(await again()).toBe(NOTE);
  closeSealed();
  expect(note.read()).toBeNull();
});

test("what cannot be read is dropped: by another key, damaged, under another name, in plain", async () => {
  await typed(NOTE);
  const kept: string = browser["callcenter.sealed.alice/note.1"] ?? "";
  expect(await again("alice", BOBBY)).toBeNull();
  expect(Object.keys(browser)).toEqual([]);
  for (const wrong of [`${kept.slice(0, -6)}AAAA==`, `9${kept}`, "9999999999999 %", "{}", ""]) browser[`callcenter.sealed.alice/note.${wrong.length}`] = wrong;
  browser["callcenter.sealed.alice/note.1"] = kept.replace(/^\d+/, (until: string) => String(Number(until) + 1));
  browser["callcenter.sealed.alice/note.2"] = kept;
  for (const plain of ["draft.alice.1", "draft.bobby.report", "amend.root", "roster.root.2027-05-01", "calendar:root", "reasons:root", "matter"]) browser[`callcenter.${plain}`] = NOTE;
  tab["callcenter.matter"] = NOTE;
  browser["callcenter.theme"] = '"dark"';
  expect(await again()).toBeNull();
  expect([Object.keys(browser), Object.keys(tab)]).toEqual([["callcenter.theme"], []]);
});

test("of what is typed while it is sealed the last stays and what was sent does not come back", async () => {
  await openSealed("alice", ALICE);
  for (const words of ["h", "he", "her"]) note.write(words);
  await allSealed();
  expect(await again()).toBe("her");
  note.write("her number");
  note.forget();
  await allSealed();
  expect([Object.keys(browser), await again()]).toEqual([[], null]);
  note.write("for alice");
  closeSealed();
  await openSealed("bobby", BOBBY);
  await allSealed();
  expect(Object.keys(browser)).toEqual([]);
});

test("it is over after its days whoever is signed in then", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  await typed(NOTE);
  sealed<string>("roster", isText, 30).write("a week");
  await allSealed();
  vi.setSystemTime(Date.now() + 86_400_001);
  expect(note.read()).toBeNull();
  expect(await again("bobby", BOBBY)).toBeNull();
  expect(Object.keys(browser)).toEqual(["callcenter.sealed.alice/roster"]);
});

test("a tab's own goes with the tab and what does not fit is as nothing", async () => {
  await openSealed("alice", ALICE);
  const shelf = sealed<string>("matter", isText, 1, "sessionStorage");
  shelf.write("a call");
  await allSealed();
  expect([Object.keys(browser), Object.keys(tab)]).toEqual([[], ["callcenter.sealed.alice/matter"]]);
  await again();
  expect([shelf.read(), sealed<number>("matter", (value) => typeof value === "number").read()]).toEqual(["a call", null]);
  shelf.forget();
  expect(Object.keys(tab)).toEqual([]);
});

test("what another tab of the account keeps and forgets is known here", async () => {
  await typed(NOTE);
  const [name, newValue] = Object.entries(browser)[0] ?? ["", ""];
  closeSealed();
  browser.removeItem(name);
  await openSealed("alice", ALICE);
  expect(note.read()).toBeNull();
  listen({ key: name, newValue });
  await vi.waitUntil(() => note.read() === NOTE);
  listen({ key: name, newValue: null });
  await vi.waitUntil(() => note.read() === null);
});

test("a browser that cannot seal keeps nothing beyond the page and neither does one that keeps nothing", async () => {
  browser["callcenter.draft.alice.1"] = NOTE;
  vi.stubGlobal("crypto", {});
  await openSealed("alice", ALICE);
  note.write(NOTE);
  await allSealed();
  expect([Object.keys(browser), note.read(), outlivesPage()]).toEqual([[], NOTE, false]);
  closeSealed();
  vi.unstubAllGlobals();
  vi.stubGlobal("localStorage", undefined);
  await openSealed("alice", ALICE);
  note.write(NOTE);
  await allSealed();
  expect([note.read(), outlivesPage()]).toEqual([NOTE, false]);
});
