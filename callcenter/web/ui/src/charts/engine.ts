/** What is taken of ECharts, and no more: lines and bars on a canvas, with words in its tips. */
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

/** Begins a chart in an element that is empty. */
export function beginChart(place: HTMLElement): ECharts {
  // it empties its element by writing no HTML into it, which the page's policy takes for HTML all the same
  Object.defineProperty(place, "innerHTML", { configurable: true, set: () => place.replaceChildren() });
  return init(place, null, { renderer: "canvas" });
}
