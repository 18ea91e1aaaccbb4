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
