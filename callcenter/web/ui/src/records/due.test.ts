import { expect, test } from "vitest";

import { i18n } from "@/locale";

import { dueOf } from "./due";

const NOW = Date.parse("2026-03-05T09:00:00+08:00") / 1000;
const [BEFORE, LATER] = ["2026-03-04T12:00:00+08:00", "2026-03-06T12:00:00+08:00"];
const words = (state: Parameters<typeof dueOf>[0]["state"], due: string | null, mode: "on" | "shadow" = "on"): string | undefined =>
  dueOf({ state, due, mode }, "Asia/Shanghai", NOW)?.words;

test("what a record waits for is said by its state and its time", () => {
  i18n.global.locale.value = "en";
  expect(words("overturned", null)).toBeUndefined();
  expect(words("proposed", BEFORE)).toBe("to be told to the agent, since 03-04 12:00");
  expect(words("proposed", BEFORE, "shadow")).toBe("to be reviewed, since 03-04 12:00");
  expect(words("notified", LATER)).toBe("the agent may explain until 03-06 12:00");
  expect(words("notified", BEFORE)).toBe("to be decided since 03-04 12:00");
  expect(words("explained", BEFORE)).toBe("explained: to be decided, since 03-04 12:00");
  expect(words("explained", LATER)).toBe("explained: to be decided");
  expect(words("appealed", LATER)).toBe("appeal: decide by 03-06 12:00");
  expect(words("appealed", BEFORE)).toBe("appeal overdue since 03-04 12:00");
  expect(words("confirmed", LATER)).toBe("checks from 03-06 12:00 on");
});
