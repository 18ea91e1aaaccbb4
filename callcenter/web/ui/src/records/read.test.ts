import { beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  const shelf = new Map<string, string>();
  vi.stubGlobal("localStorage", { getItem: (name: string) => shelf.get(name) ?? null, setItem: (name: string, value: string) => shelf.set(name, value) });
  vi.resetModules();
});

test("a record that was opened is known as read, also to the next page of this browser", async () => {
  const here = await import("./read");
  expect(here.wasRead("a")).toBe(false);
  here.noteRead("a");
  expect(here.wasRead("a")).toBe(true);
  vi.resetModules();
  const next = await import("./read");
  expect([next.wasRead("a"), next.wasRead("b")]).toEqual([true, false]);
});

test("of many the latest are kept", async () => {
  const { noteRead, wasRead } = await import("./read");
  for (let n = 0; n <= 50; n += 1) noteRead(`record ${n}`);
  expect([wasRead("record 0"), wasRead("record 1"), wasRead("record 50")]).toEqual([false, true, true]);
});

test("a record is news until it is opened, and again when it is decided; an open appeal and an old decision are not", async () => {
  const { isNews, newsOf, noteRead } = await import("./read");
  const now = Date.parse("2026-12-01T12:00:00Z") / 1000;
  const told = { id: "a", state: "notified" as const, told_at: "2026-11-20T12:00:00Z", decided_at: null };
  expect(isNews(told, now)).toBe(true);
  noteRead(newsOf(told));
  expect(isNews(told, now)).toBe(false);
  expect(isNews({ ...told, id: "b", state: "explained" }, now)).toBe(false);
  const decided = { ...told, state: "confirmed" as const, decided_at: "2026-12-01T11:00:00Z" };
  expect(isNews(decided, now)).toBe(true);
  noteRead(newsOf(decided));
  expect(isNews(decided, now)).toBe(false);
  expect(isNews({ ...decided, state: "appealed" }, now)).toBe(false);
  const anew = { ...decided, state: "overturned" as const, decided_at: "2026-12-01T11:30:00Z" };
  expect(isNews(anew, now)).toBe(true);
  expect(isNews({ ...anew, decided_at: "2026-11-01T11:30:00Z" }, now)).toBe(false);
});
