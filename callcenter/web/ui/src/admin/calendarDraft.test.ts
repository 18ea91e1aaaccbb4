import { beforeEach, expect, test, vi } from "vitest";

import { daysBetween, useCalendarDraft } from "./calendarDraft";

beforeEach(() => {
  const shelf = new Map<string, string>();
  vi.stubGlobal("localStorage", { getItem: (name: string) => shelf.get(name) ?? null, setItem: (name: string, value: string) => shelf.set(name, value), removeItem: (name: string) => shelf.delete(name) });
});

test("all days from one to another are named, over a month's end, and none backwards", () => {
  expect(daysBetween("2028-02-28", "2028-03-01")).toEqual(["2028-02-28", "2028-02-29", "2028-03-01"]);
  expect(daysBetween("2027-05-01", "2027-05-01")).toEqual(["2027-05-01"]);
  expect([daysBetween("2027-05-02", "2027-05-01"), daysBetween("", "2027-05-01"), daysBetween("2027-01-01", "2029-01-01")]).toEqual([[], [], []]);
});

test("what was said of days is kept until it is dropped, each account's apart", () => {
  const draft = useCalendarDraft("ma");
  draft.set(["2027-02-06", "2027-02-07"], true);
  draft.set(["2027-02-07"], null);
  expect(useCalendarDraft("ma").days).toEqual({ "2027-02-06": true, "2027-02-07": null });
  expect(useCalendarDraft("hua").days).toEqual({});
  draft.drop("2027-02-06");
  expect(useCalendarDraft("ma").days).toEqual({ "2027-02-07": null });
  draft.forget();
  expect(useCalendarDraft("ma").days).toEqual({});
});
