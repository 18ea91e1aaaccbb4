import { expect, test } from "vitest";

import type { AgentNow } from "@/live/state";
import { agent } from "@/testing/people";

import { fails, pausedLong } from "./failing";

test("three failures of a page and a long system pause are shown, less is not", () => {
  const agents = [
    agent("A", { page_failures: 3 }),
    agent("B", { page_failures: 2, state: "system_paused", since: 1000 }),
    agent("C", { state: "system_paused", since: 1700 }),
    agent("D", { state: "system_paused", since: null }),
    agent("E", { state: "paused", since: 0 }),
  ];
  const names = (found: AgentNow[]): string[] => found.map((one) => one.agent);

  expect(names(agents.filter(fails))).toEqual(["A"]);
  expect(names(agents.filter((one) => pausedLong(one, 1700)))).toEqual(["B", "D"]);
});
