import { expect, test } from "vitest";

import type { Shape } from "@/api/client";

import { contactSteps, planStep, toldCare } from "./forms";

const PLAN = { state: "filed", filed_by: "li" } as Shape["CarePlanShown"];
const CONTACT = { state: "planned", planned_by: "li", owner: "sun" } as Shape["CareContactShown"];

test("a supervisor decides on what was filed, a manager on what was endorsed, nobody on their own", () => {
  expect(planStep(PLAN, { name: "sun", role: "supervisor" })).toBe("endorse");
  expect(planStep(PLAN, { name: "ma", role: "manager" })).toBeNull();
  expect(planStep({ ...PLAN, state: "endorsed" }, { name: "ma", role: "manager" })).toBe("approve");
  expect(planStep({ ...PLAN, filed_by: "sun" }, { name: "sun", role: "supervisor" })).toBeNull();
  expect(planStep({ ...PLAN, state: "approved" }, { name: "ma", role: "manager" })).toBeNull();
});

test("a contact is approved by another than who plans or makes it, then done or dropped", () => {
  expect(contactSteps(CONTACT, "ma", true)).toEqual(["approve", "drop"]);
  expect(contactSteps(CONTACT, "sun", true)).toEqual(["drop"]);
  expect(contactSteps(CONTACT, "ma", false)).toEqual(["drop"]);
  expect(contactSteps({ ...CONTACT, state: "approved" }, "sun", false)).toEqual(["finish", "drop"]);
  expect(contactSteps({ ...CONTACT, state: "done" }, "ma", true)).toEqual([]);
});

test("a form is sent by the service's names", () => {
  expect(toldCare({ care_year: "2026", care_owner: "sun", satisfaction: 2 })).toEqual({ year: 2026, owner: "sun", satisfaction: 2 });
});
