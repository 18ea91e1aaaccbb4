import { expect, test } from "vitest";

import { areDays, daysOf, isShorter, isWithin, typedDays } from "./keeping";

const OUTBOX = { setting: "store.outbox_days", days: 30, filed: 30, least: 1, most: 3650 };
const LOST = { setting: "customers.keep_lost_days", days: 0, filed: 0, least: 0, most: 36500 };

test("what is typed is read as whole days, within what may be agreed on", () => {
  expect(typedDays([OUTBOX, LOST])).toEqual({ "store.outbox_days": "30", "customers.keep_lost_days": "0" });
  const days = daysOf({ "store.outbox_days": " 14 ", "customers.keep_lost_days": "1.5" }, [OUTBOX, LOST]);
  expect(days).toEqual({ "store.outbox_days": 14 });
  expect(daysOf({}, [OUTBOX])).toEqual({ "store.outbox_days": 30 });
  expect([0, 1, 3650, 3651, undefined].map((n) => isWithin(OUTBOX, n))).toEqual([false, true, true, false, false]);
  expect(isWithin({ ...LOST, least: null, most: null }, 1)).toBe(false);
});

test("what is kept for good goes by any number of days, and less of it by fewer", () => {
  expect([isShorter(LOST, 900), isShorter(LOST, 0), isShorter(OUTBOX, 29), isShorter(OUTBOX, 31)]).toEqual([true, false, true, false]);
});

test("only what was typed by a form is taken up again", () => {
  expect([areDays({ a: "1" }), areDays({ a: 1 }), areDays(["1"]), areDays(null)]).toEqual([true, false, false, false]);
});
