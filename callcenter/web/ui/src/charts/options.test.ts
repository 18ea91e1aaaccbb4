import { expect, test } from "vitest";

import { count, percent } from "./numbers";
import { optionsOf } from "./options";

const LOOKS = { text: "#000", quiet: "#555", line: "#ddd", card: "#fff", colours: ["#00f"] };

test("what is not known is a gap, never a nought, and no line goes over it", () => {
  const told = optionsOf(["a", "b", "c"], [{ name: "kept", values: [0.5, null, 0], share: true }], LOOKS) as { series: Record<string, unknown>[] };
  expect(told.series[0]).toMatchObject({ data: [0.5, null, 0], connectNulls: false, type: "line", yAxisIndex: 1 });
  expect([percent(0.8112), percent(null), percent(0), count(null), count(3.456)]).toEqual(["81.1 %", "–", "0 %", "–", "3.46"]);
});

test("tips are rich text: the page's policy allows no style in HTML", () => {
  expect(optionsOf([], [], LOOKS)).toMatchObject({ tooltip: { renderMode: "richText" }, animation: false });
});
