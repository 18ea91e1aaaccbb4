import { expect, test } from "vitest";

import { type ContactClass, emptyClass, isWhole, placesFor, sought, toldClass, typedClass } from "./tree";

function made(code: string, parent: string | null, more: Partial<ContactClass> = {}): ContactClass {
  return { code, version: 1, level: 0, parent, zh: `${code}-中`, en: code.toUpperCase(), texts: [], closed: false, changed_by: "ma", changed_at: null, ...more };
}

const TREE = [made("bill", null), made("bill.late", "bill"), made("bill.late.no", "bill.late"), made("old", null, { closed: true }), made("ship", null)];

test("what is sought is shown with what stands above it", () => {
  expect(sought(TREE, "LATE").map((one) => one.code)).toEqual(["bill", "bill.late", "bill.late.no"]);
  expect(sought(TREE, "ship-中").map((one) => one.code)).toEqual(["ship"]);
  expect(sought(TREE, "nothing")).toEqual([]);
  expect(sought(TREE, " ")).toHaveLength(TREE.length);
});

test("a class stands below none that is closed, itself, or below it", () => {
  expect(placesFor("bill.late", TREE).map((one) => one.code)).toEqual(["bill", "ship"]);
  expect(placesFor("", TREE)).toHaveLength(4);
});

test("a class is whole when its code can be one and nothing is blank", () => {
  const typed = { ...emptyClass("bill"), code: "bill.new", zh: "新", en: "New" };
  expect(isWhole(typed)).toBe(true);
  expect(isWhole({ ...typed, code: "Bill" })).toBe(false);
  expect(isWhole({ ...typed, en: " " })).toBe(false);
  expect(isWhole({ ...typed, texts: [{ name: "hello", zh: "", en: "x" }] })).toBe(false);
});

test("what is typed is no part of what was read, and is sent without blanks", () => {
  const one = made("bill", null, { texts: [{ name: "hello", zh: "您好", en: "Hello" }] });
  const typed = typedClass(one);
  for (const text of typed.texts) text.en = " Good day ";
  expect(one.texts[0]?.en).toBe("Hello");
  expect(toldClass(typed, false)).toEqual({ zh: "bill-中", en: "BILL", parent: null, texts: [{ name: "hello", zh: "您好", en: "Good day" }], closed: false });
});
