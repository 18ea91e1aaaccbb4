import { createPinia, setActivePinia } from "pinia";
import { beforeEach, expect, test, vi } from "vitest";

import { api, ask, type Shape } from "@/api/client";
import { closeSealed, sealed } from "@/words/sealed";

import { useSession } from "./store";

const note = sealed<string>("note.1", (value) => typeof value === "string");
const away = vi.fn();
/** Whose the cookie is that the browser has. */
let signedIn = "alice";

function me(): Partial<Shape["Me"]> {
  return { name: signedIn, csrf: `of ${signedIn}`, draft_key: signedIn.startsWith("a") ? "a1".repeat(32) : "b2".repeat(32), rights: [] };
}

const answer = (status: number, body: unknown): unknown =>
  Promise.resolve({ [status < 300 ? "data" : "error"]: body, response: new Response(null, { status }) });

beforeEach(() => {
  closeSealed();
  setActivePinia(createPinia());
  away.mockReset();
  signedIn = "alice";
  vi.stubGlobal("location", { assign: away });
  vi.spyOn(api, "GET").mockImplementation((() => answer(200, me())) as never);
  vi.spyOn(api, "POST").mockImplementation((() => answer(201, me())) as never);
  vi.spyOn(api, "DELETE").mockImplementation((() => answer(204, undefined)) as never);
});

test("where somebody else has signed in in another tab this page begins anew and hands them nothing", async () => {
  const session = useSession();
  await session.begin();
  note.write("her number");
  signedIn = "bobby";
  await expect(ask(answer(403, { type: "urn:callcenter:problem:foreign-request" }) as never)).rejects.toThrow();
  await vi.waitUntil(() => away.mock.calls.length > 0);
  expect([away.mock.calls, session.me?.name, note.read()]).toEqual([[["/"]], "alice", "her number"]);
});

test("where the same has signed in anew the page goes on by the new session", async () => {
  const session = useSession();
  await session.begin();
  vi.mocked(api.GET).mockImplementation((() => answer(200, { ...me(), csrf: "new" })) as never);
  await expect(ask(answer(403, { type: "urn:callcenter:problem:foreign-request" }) as never)).rejects.toThrow();
  await vi.waitUntil(() => session.me?.csrf === "new");
  expect(away).not.toHaveBeenCalled();
});

test("whoever signs in where another has signed out or lost the session has a page of their own", async () => {
  for (const left of [true, false]) {
    setActivePinia(createPinia());
    away.mockReset();
    signedIn = "alice";
    const session = useSession();
    await session.begin();
    if (left) await session.signOut();
    signedIn = "bobby";
    void session.signIn("bobby", "a password");
    await vi.waitUntil(() => away.mock.calls.length > 0);
    expect(session.me?.name).not.toBe("bobby");
  }
});
