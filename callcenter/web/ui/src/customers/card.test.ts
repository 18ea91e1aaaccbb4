import { expect, test } from "vitest";

import { emptyTyped, rebased, toldOf, type Typed } from "./card";

const own = { place: 0, raw: "138****0001", label: "own" };
const second = { place: 1, raw: "139****0002", label: "" };
const base: Typed = { ...emptyTyped(), name: "Wang", credit: "good", numbers: [own, second] };

test("only what was typed anew is told, and a number that stays by its place", () => {
  expect(toldOf(base, base)).toEqual({});
  const typed = { ...base, credit: " ", numbers: [second, { ...own, label: "home" }, { place: null, raw: " 0571 1 ", label: "" }] };
  expect(toldOf(typed, base)).toEqual({
    credit: null,
    numbers: [{ place: 1 }, { place: 0, label: "home" }, { raw: "0571 1", label: null }],
  });
});

test("a masked number that was overwritten is a new one", () => {
  const typed = { ...base, numbers: [{ place: 0, raw: "13900139000", label: "own" }, second] };
  expect(toldOf(typed, base).numbers).toEqual([{ raw: "13900139000", label: "own" }, { place: 1 }]);
});

test("what somebody else changed comes in, what both changed is asked, and nothing typed is lost", () => {
  const typed = { ...base, credit: "mine", situation: "new" };
  const fresh = { ...base, credit: "theirs", address: "there" };
  const found = rebased(typed, base, fresh);
  expect(found.typed).toMatchObject({ credit: "mine", situation: "new", address: "there" });
  expect(found.clashes).toEqual([{ field: "credit", theirs: "theirs", mine: "mine" }]);
});

test("of numbers that both changed theirs stay in their places and what was typed follows", () => {
  const fresh = { ...base, numbers: [{ place: 0, raw: "137****0003", label: "" }] };
  const found = rebased({ ...base, numbers: [...base.numbers, { place: null, raw: "110", label: "" }] }, base, fresh);
  expect(found.typed.numbers.map((one) => one.raw)).toEqual(["137****0003", "110"]);
  expect(found.clashes.map((one) => one.field)).toEqual(["numbers"]);
});
