import { expect, test } from "vitest";

import { clock, epoch, left, length, midnight, moment } from "./times";

test("a length is m:ss, an hour has three parts, and what is not known is a dash", () => {
  expect([0, 7.9, 61, 3600, 4521].map(length)).toEqual(["0:00", "0:07", "1:01", "1:00:00", "1:15:21"]);
  expect([null, undefined, Number.NaN].map(length)).toEqual(["–", "–", "–"]);
  expect(length(-3)).toBe("0:00");
});

test("what is left of a clock is hours and minutes, and nothing once it is over", () => {
  expect(left(1000 + 20400, 1000)).toBe("5:40");
  expect(left(1000, 1000)).toBeNull();
});

test("a moment is told in the site's zone, whatever the browser's is", () => {
  const noon = epoch("2026-11-26T12:03:00+08:00");
  expect(moment(noon, "Asia/Shanghai", (noon ?? 0) + 60)).toBe("12:03");
  expect(moment(noon, "Asia/Shanghai", (noon ?? 0) + 86_400)).toBe("11-26 12:03");
  expect(moment(noon, "UTC", (noon ?? 0) + 400 * 86_400)).toBe("2026-11-26 04:03");
  expect(moment(epoch("nonsense"), "UTC", 0)).toBe("–");
});

test("a moment of a timeline is told to the second", () => {
  expect(clock(epoch("2026-11-26T12:03:07.9+08:00"), "Asia/Shanghai")).toBe("12:03:07");
  expect(clock(null, "UTC")).toBe("–");
});

test("a day begins at its midnight in the site's zone, also one in which the clocks were set", () => {
  const begins = (now: string, zone: string): string => new Date(midnight(Date.parse(now) / 1000, zone) * 1000).toISOString();
  expect(begins("2026-11-30T02:00:00.5Z", "Asia/Shanghai")).toBe("2026-11-29T16:00:00.000Z");
  expect(begins("2026-11-29T16:00:00Z", "Asia/Shanghai")).toBe("2026-11-29T16:00:00.000Z");
  expect(begins("2026-03-29T12:00:00Z", "Europe/Berlin")).toBe("2026-03-28T23:00:00.000Z");
  expect(begins("2026-10-25T12:00:00Z", "Europe/Berlin")).toBe("2026-10-24T22:00:00.000Z");
});
