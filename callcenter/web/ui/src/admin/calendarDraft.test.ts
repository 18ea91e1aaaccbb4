import { afterEach, expect, test } from "vitest";

import { closeSealed, openSealed } from "@/words/sealed";

import { daysBetween, useCalendarDraft } from "./calendarDraft";

afterEach(closeSealed);

test("all days from one to another are named, over a month's end, and none backwards", () => {
  expect(daysBetween("2028-02-28", "2028-03-01")).toEqual(["2028-02-28", "2028-02-29", "2028-03-01"]);
  expect(daysBetween("2027-05-01", "2027-05-01")).toEqual(["2027-05-01"]);
  expect([daysBetween("2027-05-02", "2027-05-01"), daysBetween("", "2027-05-01"), daysBetween("2027-01-01", "2029-01-01")]).toEqual([[], [], []]);
});

test("what was said of days is kept until it is dropped, each account's apart", async () => {
  await openSealed("ma", "0f".repeat(32));
  const draft = useCalendarDraft();
  draft.set(["2027-02-06", "2027-02-07"], true);
  draft.set(["2027-02-07"], null);
  expect(useCalendarDraft().days).toEqual({ "2027-02-06": true, "2027-02-07": null });
  draft.drop("2027-02-06");
  expect(useCalendarDraft().days).toEqual({ "2027-02-07": null });
  draft.forget();
  expect(useCalendarDraft().days).toEqual({});
  draft.set(["2027-02-06"], true);
  await openSealed("hua", "f0".repeat(32));
  expect(useCalendarDraft().days).toEqual({});
});
