import { expect, test } from "vitest";

import { clock, dayAfter, dayOf, dayStart, epoch, length, moment } from "./times";

test("a length is m:ss, an hour has three parts, and what is not known is a dash", () => {
  expect([0, 7.9, 61, 3600, 4521].map(length)).toEqual(["0:00", "0:07", "1:01", "1:00:00", "1:15:21"]);
  expect([null, undefined, Number.NaN].map(length)).toEqual(["–", "–", "–"]);
  expect(length(-3)).toBe("0:00");
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

test("a day begins in the site's zone, also where the clocks change", () => {
  const iso = (day: string, zone: string): string => new Date(dayStart(day, zone) * 1000).toISOString();
  expect(iso("2026-11-26", "Asia/Shanghai")).toBe("2026-11-25T16:00:00.000Z");
  expect(iso("2026-03-29", "Europe/Berlin")).toBe("2026-03-28T23:00:00.000Z");
  expect(iso("2026-03-30", "Europe/Berlin")).toBe("2026-03-29T22:00:00.000Z");
  expect(dayOf(dayStart("2026-10-25", "Europe/Berlin"), "Europe/Berlin")).toBe("2026-10-25");
  expect([dayAfter("2026-02-28", 1), dayAfter("2026-03-01", -1)]).toEqual(["2026-03-01", "2026-02-28"]);
});
