import { expect, test } from "vitest";

import { begun, isReady } from "./reportDraft";

const TYPED = { rule: "V-EAT", agent: "Alice", at: "2026-03-02T08:00:00+0800", note: "ate", call: "1.1", key: "k".repeat(32), sent: "" };

test("what was typed is there again, and what the way names comes first", () => {
  expect(begun(TYPED, {})).toEqual(TYPED);
  expect(begun(TYPED, { call: "1.1", agent: "Bob" })).toEqual({ ...TYPED, agent: "Bob" });
});

test("of a report about another call the words alone stay", () => {
  const other = begun(TYPED, { call: "1.2" });
  expect([other.rule, other.agent, other.note, other.call]).toEqual(["", "", "ate", "1.2"]);
  expect(other.key).not.toBe(TYPED.key);
});

test("it is sent once it says who, what, when and how it was seen", () => {
  expect(isReady(TYPED)).toBe(true);
  expect(isReady({ ...TYPED, note: " " })).toBe(false);
  expect(isReady(begun(null, {}))).toBe(false);
});
