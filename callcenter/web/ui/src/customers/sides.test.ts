import { expect, test } from "vitest";

import type { Card } from "./card";
import { sideRows, usualSides } from "./sides";

const card = (told: Partial<Card>): Card => ({ numbers: [], key_account: false, name: "Wang", ...told }) as Card;

test("fields that differ are chosen, the kept side's first, and numbers are united", () => {
  const rows = sideRows(card({ credit: "good", name: "Wang" }), card({ credit: "poor", address: "there", numbers: [{ raw: "110", label: null, key: null, kind: "service", extension: null }] }));
  expect(rows.find((one) => one.field === "numbers")).toMatchObject({ kept: "", other: "110", fixed: true });
  expect(usualSides(rows)).toEqual({ credit: "kept", address: "other" });
});

test("what was chosen stays where a card is read anew", () => {
  const rows = sideRows(card({ credit: "good" }), card({ credit: "poor" }));
  expect(usualSides(rows, { credit: "other", owner: "other" })).toEqual({ credit: "other" });
});
