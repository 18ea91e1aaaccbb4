import { expect, test } from "vitest";

import type { Shape } from "@/api/client";

import { drawing, lasted, lines, MOST_RINGS } from "./lanes";

type Part = Shape["CallPartShown"];

const at = (seconds: number): string => new Date(1_800_000_000_000 + seconds * 1000).toISOString();

function part(kind: Part["kind"], from: number | null, to: number | null, other: Partial<Part> = {}): Part {
  return {
    kind, from: from === null ? null : at(from), to: to === null ? null : at(to), lasts: false, name: null, outcome: null, how: null,
    ended_by: null, transferred: null, offered_at: null, rings: null, ring_seconds: null, in_gap: false, ...other,
  };
}

function call(parts: Part[], other: Partial<Shape["CallTimeline"]> = {}): Shape["CallTimeline"] {
  return {
    uniqueid: "1.1", caller: null, did: null, from: null, to: null, lasts: false, in_gap: false, filled: [], gaps: [], surveys: [],
    quality: [], records: [], customers: [], cases: [],
    lanes: [{ kind: "phone", name: "Alice", interface: "PJSIP/1", parts }],
    ...other,
  };
}

test("each ring is drawn where it begins", () => {
  const drawn = drawing(call([part("ringing", 0, 16, { rings: 4, ring_seconds: 5 }), part("talking", 16, 20)]), 0);
  const [ring, talk] = drawn?.lanes[0]?.bars ?? [];
  expect(ring?.rings).toEqual([0, 25, 50, 75]);
  expect([ring?.x, ring?.width, talk?.x, talk?.width]).toEqual([0, 80, 80, 20]);
});

test("what was not seen is marked and not made up", () => {
  const drawn = drawing(call([part("talking", 0, null), part("ringing", null, 10, { rings: null }), part("held", null, null)]), 99);
  const bars = drawn?.lanes[0]?.bars ?? [];
  expect(bars.map((bar) => [bar.x, bar.width, bar.openAt, bar.rings])).toEqual([
    [0, 0, { start: false, end: true }, []],
    [100, 0, { start: true, end: false }, []],
  ]);
  expect(drawing(call([]), 99)).toBeNull();
});

test("what lasts goes on until now, and a gap stands over all lanes", () => {
  const now = 1_800_000_000 + 40;
  const gap = { from: at(10), to: at(20), cause: "link" };
  const drawn = drawing(call([part("talking", 0, null, { lasts: true })], { lasts: true, gaps: [gap] }), now);
  expect([drawn?.end, drawn?.lanes[0]?.bars[0]?.width, drawn?.gaps[0]?.x, drawn?.gaps[0]?.width]).toEqual([now, 100, 25, 25]);
});

test("no more rings are drawn than a browser draws in time", () => {
  const long = part("ringing", 0, 50_000, { rings: 10_000, ring_seconds: 5 });
  const drawn = drawing(call([long, long]), 0);
  expect(drawn?.lanes[0]?.bars.map((bar) => bar.rings.length)).toEqual([MOST_RINGS, 0]);
});

test("a call has a few ticks, more of them where it is drawn larger", () => {
  const two = call([part("talking", 0, 7200)]);
  const [few, many] = [drawing(two, 0), drawing(two, 0, 16)];
  expect(few?.ticks.length).toBeLessThanOrEqual(9);
  expect(many?.ticks.length).toBeGreaterThan(few?.ticks.length ?? 0);
  expect(few?.ticks.every((tick) => tick.at % 900 === 0)).toBe(true);
});

test("the table tells everything once, in order", () => {
  const told = call([part("talking", 5, 9), part("ringing", 1, 5)]);
  told.lanes.unshift({ kind: "caller", name: null, interface: null, parts: [part("talking", 5, 9), part("survey", 10, 12)] });
  expect(lines(told).map((one) => one.part.kind)).toEqual(["ringing", "talking", "survey"]);
  expect([lasted(part("held", 1, 4.5)), lasted(part("held", 1, null))]).toEqual([3.5, null]);
});
