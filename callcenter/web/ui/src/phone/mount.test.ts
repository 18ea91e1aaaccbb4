import { beforeEach, expect, test, vi } from "vitest";
import { nextTick, reactive } from "vue";

import { usePhone } from "./mount";
import { type PagePhone, pagePhone } from "./port";

const did = vi.hoisted((): string[] => []);
const stores = vi.hoisted(() => ({ session: {}, desk: {}, live: {} }) as Record<"session" | "desk" | "live", Record<string, unknown>>);
vi.mock("@/session/store", () => ({ useSession: () => stores.session }));
vi.mock("@/desk/store", () => ({ useDesk: () => stores.desk }));
vi.mock("@/live/store", () => ({ useLive: () => stores.live }));
vi.mock("./begin", () => ({
  begin: (account: string, told: { uri: string }) => {
    did.push(`begin ${account} ${told.uri}`);
    const say = (what: string) => (): void => void did.push(what);
    return { takenOver: say("taken over"), lost: say("lost"), back: say("back"), end: say("end") };
  },
}));

const phone = (uri: string): unknown => ({ phone: { uri, taken: false } });

beforeEach(() => {
  did.splice(0);
  pagePhone.value = null;
  stores.session = reactive({ agent: "Alice", me: { name: "alice" }, lost: false });
  stores.desk = reactive({ desk: phone("sip:1"), there: false, look: () => Promise.resolve() });
  stores.live = reactive({ state: { news: {} } });
});

async function settles(): Promise<void> {
  await nextTick();
  await vi.dynamicImportSettled();
  await nextTick();
}

test("a service that names no phone for a moment, or another, ends no call", async () => {
  usePhone();
  await settles();
  const state = reactive({ calls: [{}] });
  pagePhone.value = { state } as unknown as PagePhone;
  for (const desk of [{ phone: null }, phone("sip:1"), phone("sip:2")]) {
    stores.desk.desk = desk;
    await settles();
  }
  expect(did).toEqual(["begin alice sip:1"]);
  state.calls = [];
  await settles();
  expect(did).toEqual(["begin alice sip:1", "end", "begin alice sip:2"]);
});

test("whoever signs out in a call ends it", async () => {
  usePhone();
  await settles();
  pagePhone.value = { state: reactive({ calls: [{}] }) } as unknown as PagePhone;
  stores.session.agent = null;
  await settles();

  expect(did).toEqual(["begin alice sip:1", "end"]);
});
