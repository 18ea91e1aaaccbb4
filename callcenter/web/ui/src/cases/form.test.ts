import { expect, test } from "vitest";

import { type Answers, asked, type FormField, isBlank, lacking, line } from "./form";

function field(name: string, more: Partial<FormField> = {}): FormField {
  return { name, kind: "words", needed: true, where: null, choices: [], one_of: null, ...more };
}

const ANALYSIS = [
  field("cause"),
  field("upheld", { kind: "flag" }),
  field("responsible.agent", { kind: "choice", needed: false, where: { field: "upheld", answer: true }, one_of: "responsible" }),
  field("responsible.department", { kind: "choice", needed: false, where: { field: "upheld", answer: true }, one_of: "responsible" }),
];
const FEEDBACK = [
  field("unreachable", { kind: "tick", needed: false }),
  field("contact", { where: { field: "unreachable", answer: false } }),
  field("satisfaction", { kind: "choice", where: { field: "unreachable", answer: false } }),
];
const PROPOSAL = [field("solution"), field("remedies", { kind: "remedies" })];
const names = (form: FormField[], answers: Answers): string[] => asked(form, answers).map((one) => one.name);

test("who is responsible is asked only of what is upheld, and is one of two", () => {
  const said = { cause: " the wrong size ", upheld: true };
  expect(names(ANALYSIS, {})).toEqual(["cause", "upheld"]);
  expect(lacking(ANALYSIS, {})).toEqual(["cause", "upheld"]);
  expect(lacking(ANALYSIS, { ...said, upheld: false })).toEqual([]);
  expect(lacking(ANALYSIS, said)).toEqual(["responsible.agent", "responsible.department"]);
  expect(lacking(ANALYSIS, { ...said, "responsible.agent": "Bob", "responsible.department": "shop" })).toHaveLength(2);
  expect(line(ANALYSIS, { ...said, "responsible.agent": "Bob" })).toEqual({ cause: "the wrong size", upheld: true, responsible: { agent: "Bob" } });
  expect(line(ANALYSIS, { ...said, upheld: false, "responsible.agent": "Bob" })).toEqual({ cause: "the wrong size", upheld: false });
});

test("nobody is asked what a customer said who was not reached", () => {
  expect(names(FEEDBACK, {})).toEqual(["unreachable", "contact", "satisfaction"]);
  expect(names(FEEDBACK.slice(1), {})).toEqual(["contact", "satisfaction"]);
  expect(line(FEEDBACK, { contact: "called", satisfaction: "2" })).toEqual({ contact: "called", satisfaction: 2 });
  expect(line(FEEDBACK, { unreachable: true, contact: "called" })).toEqual({ unreachable: true });
  expect(lacking(FEEDBACK, { unreachable: true })).toEqual([]);
});

test("remedies may be none, and each has a kind and an amount", () => {
  const solution = "sent anew";
  expect(line(PROPOSAL, { solution })).toEqual({ solution, remedies: [] });
  expect(lacking(PROPOSAL, { solution, remedies: [{ kind: "voucher", amount: "", quantity: "" }] })).toEqual(["remedies"]);
  expect(line(PROPOSAL, { solution, remedies: [{ kind: "voucher", amount: "5", quantity: "" }] })).toEqual({ solution, remedies: [{ kind: "voucher", amount: "5" }] });
});

test("a tick that is needed is given, and what nobody typed is blank", () => {
  expect(lacking([field("urgent", { kind: "tick" })], {})).toEqual(["urgent"]);
  expect(isBlank({ a: " ", remedies: [] })).toBe(true);
  expect(isBlank({ a: false })).toBe(false);
});

test("the parts of one object are sent together", () => {
  const moments = [field("moments.arrived", { kind: "moment", needed: false }), field("moments.closed", { kind: "moment", needed: false })];
  expect(line(moments, { "moments.arrived": "10:00", "moments.closed": "10:05" })).toEqual({ moments: { arrived: "10:00", closed: "10:05" } });
  expect(line(moments, {})).toEqual({});
});
