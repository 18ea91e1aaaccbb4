/** A chart as ECharts is told of it: colours of the theme, gaps as gaps, and a sign beside each colour. */
import { count, percent } from "./numbers";

export interface Series {
  name: string;
  /** One a label; null where it is not known, which is drawn as a gap. */
  values: (number | null)[];
  /** Shares stand on the right, from 0 to 100 %. */
  share?: boolean;
  line?: boolean;
}

export interface Looks {
  /** A canvas inherits no font. */
  family: string;
  /** How wide the picture is, in pixels. */
  width: number;
  text: string;
  quiet: string;
  line: string;
  card: string;
  colours: string[];
}

const SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect", "pin"];
const [LETTER, HAN, SIGN, ROW, MARGIN] = [6.5, 12.5, 42, 22, 14];
/** Counts the rows that names of series take above the picture, in letters as wide as they commonly are: nothing makes room for them. */
export function rowsOf(names: readonly string[], width: number): number {
  let [rows, x] = [1, 0];
  for (const name of names) {
    const wide = SIGN + [...name].reduce((sum, letter) => sum + (letter > "\u2e80" ? HAN : LETTER), 0);
    if (x > 0 && x + wide > width) [rows, x] = [rows + 1, 0];
    x += wide;
  }
  return rows;
}

const DASHES = ["solid", "dashed", "dotted"] as const;

export function optionsOf(labels: readonly string[], series: readonly Series[], looks: Looks): Record<string, unknown> {
  const axis = { axisLine: { lineStyle: { color: looks.quiet } }, axisLabel: { color: looks.quiet }, splitLine: { lineStyle: { color: looks.line } } };
  const shares = series.some((one) => one.share);
  const counts = series.some((one) => !one.share);
  return {
    animation: false,
    color: looks.colours,
    textStyle: { color: looks.text, fontFamily: looks.family },
    grid: { left: 8, right: 8, top: MARGIN + ROW * rowsOf(series.map((one) => one.name), looks.width), bottom: 8, containLabel: true },
    legend: { top: 0, textStyle: { color: looks.text }, inactiveColor: looks.quiet },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: looks.card,
      borderColor: looks.line,
      textStyle: { color: looks.text },
    },
    xAxis: { type: "category", data: [...labels], ...axis, splitLine: { show: false } },
    yAxis: [
      { type: "value", show: counts, minInterval: 1, ...axis },
      { type: "value", show: shares, min: 0, max: 1, ...axis, splitLine: { show: !counts, lineStyle: { color: looks.line } }, axisLabel: { color: looks.quiet, formatter: percent } },
    ],
    series: series.map((one, n) => ({
      name: one.name,
      type: one.line || one.share ? "line" : "bar",
      yAxisIndex: one.share ? 1 : 0,
      data: [...one.values],
      connectNulls: false,
      symbol: SYMBOLS[n % SYMBOLS.length],
      symbolSize: 8,
      // else those are left out whose day has no name on the axis: one alone between gaps would not be seen
      showAllSymbol: true,
      lineStyle: { type: DASHES[n % DASHES.length] },
      barMaxWidth: 32,
      tooltip: { valueFormatter: one.share ? percent : count },
    })),
  };
}
