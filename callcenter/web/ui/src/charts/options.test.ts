import { expect, test } from "vitest";

import { count, percent } from "./numbers";
import { optionsOf, rowsOf } from "./options";

const LOOKS = { family: "sans-serif", width: 500, text: "#000", quiet: "#555", line: "#ddd", card: "#fff", colours: ["#00f"] };

test("what is not known is a gap, never a nought, and no line goes over it", () => {
  const told = optionsOf(["a", "b", "c"], [{ name: "kept", values: [0.5, null, 0], share: true }], LOOKS) as { series: Record<string, unknown>[] };
  expect(told.series[0]).toMatchObject({ data: [0.5, null, 0], connectNulls: false, type: "line", yAxisIndex: 1 });
  expect([percent(0.8112), percent(null), percent(0), count(null), count(3.456)]).toEqual(["81.1 %", "–", "0 %", "–", "3.46"]);
});

test("names of series that need a second row have room above the picture", () => {
  const long = ["service level (in time of answered and abandoned)", "answered rate (A / offered)"];
  expect([rowsOf(["offered", "answered"], 500), rowsOf(long, 500), rowsOf(["接通率", "放弃率"], 100), rowsOf([long[0] as string], 10)]).toEqual([1, 2, 2, 1]);
  const tops = [["offered"], long].map((names) => optionsOf([], names.map((name) => ({ name, values: [] })), LOOKS) as { grid: { top: number } }).map((told) => told.grid.top);
  expect(tops).toEqual([36, 58]);
});

test("tips are rich text: the page's policy allows no style in HTML", () => {
  expect(optionsOf([], [], LOOKS)).toMatchObject({ tooltip: { renderMode: "richText" }, animation: false });
});
