/** Where a call's parts stand when it is drawn: shares of the whole, in percent; what was not seen is marked, not made up. */
import type { Shape } from "@/api/client";
import { epoch } from "@/words/times";

type Timeline = Shape["CallTimeline"];
type Part = Shape["CallPartShown"];
type Lane = Shape["CallLaneShown"];

export interface Bar {
  part: Part;
  x: number;
  width: number;
  /** Where each ring begins. */
  rings: number[];
  /** Nobody saw where it begins, or ends. */
  openAt: { start: boolean; end: boolean };
}

export interface DrawnLane {
  lane: Lane;
  bars: Bar[];
}

export interface Drawing {
  begin: number;
  end: number;
  lanes: DrawnLane[];
  gaps: { gap: Timeline["gaps"][number]; x: number; width: number }[];
  /** Moments of the axis, in epoch seconds. */
  ticks: { x: number; at: number }[];
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
const MOST_TICKS = 8;
/** What is drawn at once: a browser draws no more of them in time. */
export const MOST_RINGS = 4000;

/** Lays a call out; what lasts goes on until `now`. Null: no time of it is known. */
export function drawing(call: Timeline, now: number, zoom = 1): Drawing | null {
  const moments = call.lanes.flatMap((lane) => lane.parts.flatMap((part) => [epoch(part.from), epoch(part.to)]));
  const known = [...moments, epoch(call.from), epoch(call.to), call.lasts ? now : null].filter((at) => at !== null);
  if (known.length === 0) return null;
  const begin = known.reduce((one, other) => Math.min(one, other));
  const end = Math.max(begin + 1, known.reduce((one, other) => Math.max(one, other)));
  const share = (at: number): number => (100 * (Math.min(end, Math.max(begin, at)) - begin)) / (end - begin);
  const left = { rings: MOST_RINGS };
  return {
    begin,
    end,
    lanes: call.lanes.map((lane) => ({ lane, bars: lane.parts.flatMap((part) => bar(part, now, share, left)) })),
    gaps: call.gaps.map((gap) => {
      const x = share(epoch(gap.from) ?? begin);
      return { gap, x, width: share(epoch(gap.to) ?? end) - x };
    }),
    ticks: ticks(begin, end, share, zoom),
  };
}

function bar(part: Part, now: number, share: (at: number) => number, left: { rings: number }): Bar[] {
  const [from, to] = [epoch(part.from), epoch(part.to) ?? (part.lasts ? now : null)];
  const at = from ?? to;
  if (at === null) return [];
  const x = share(at);
  const count = Math.min(left.rings, from === null ? 0 : (part.rings ?? 0));
  left.rings -= count;
  return [
    {
      part,
      x,
      width: to === null ? 0 : share(to) - x,
      rings: Array.from({ length: count }, (_, n) => share((from ?? 0) + n * (part.ring_seconds ?? 0))),
      openAt: { start: from === null, end: to === null },
    },
  ];
}

function ticks(begin: number, end: number, share: (at: number) => number, zoom: number): { x: number; at: number }[] {
  const least = (end - begin) / (MOST_TICKS * zoom);
  const step = STEPS.find((one) => one >= least) ?? 7200;
  const first = Math.ceil(begin / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((end - first) / step) + 1) }, (_, n) => first + n * step).map((at) => ({ x: share(at), at }));
}

export interface Line {
  key: string;
  lane: Lane;
  part: Part;
}

/** Everything that lasted, in order of time, whosever it was; the caller's own lane tells nothing that others do not. */
export function lines(call: Timeline): Line[] {
  const found = call.lanes.flatMap((lane, n) => lane.parts.map((part, m) => ({ key: `${n} ${m}`, lane, part })));
  const shown = found.filter((one) => one.lane.kind !== "caller" || one.part.kind === "survey");
  const at = (one: Line): number => epoch(one.part.from) ?? epoch(one.part.to) ?? 0;
  return shown.sort((one, other) => at(one) - at(other));
}

/** How long it lasted, in seconds; null: nobody saw, or it lasts. */
export function lasted(part: Part): number | null {
  const [from, to] = [epoch(part.from), epoch(part.to)];
  return from === null || to === null ? null : Math.max(0, to - from);
}
