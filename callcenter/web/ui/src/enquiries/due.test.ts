import { expect, test } from "vitest";

import type { Shape } from "@/api/client";

import { dueOf, dueSaid } from "./due";

type Enquiry = Parameters<typeof dueOf>[0];
const AT = (seconds: number): string => new Date(seconds * 1000).toISOString();
const MOMENTS: Shape["MomentsShown"] = { arrived: AT(100), greeted: null, first_answer: null, closed: null, turns: [] };
const CHAT: Enquiry = {
  state: "open",
  follow_up_at: null,
  moments: MOMENTS,
  promises: [
    { promise: "P-GREET", turn: null, due: AT(115), verdict: "open" },
    { promise: "P-CHAT", turn: null, due: AT(160), verdict: "open" },
  ],
};

test("the first answer that is still promised is due, and stays so until it is given", () => {
  expect(dueOf(CHAT)).toBe(115);
  expect(dueOf({ ...CHAT, moments: { ...MOMENTS, greeted: AT(110) } })).toBe(160);
  expect(dueOf({ ...CHAT, moments: { ...MOMENTS, greeted: AT(110), first_answer: AT(500) } })).toBeNull();
  expect([dueSaid(CHAT, 114).look, dueSaid(CHAT, 116).look]).toEqual(["accent", "bad"]);
});

test("a turn that was not answered is due, one of a chat that is over is not", () => {
  const promises: Enquiry["promises"] = [{ promise: "P-WAIT", turn: "t1", due: AT(220), verdict: "open" }];
  const turns = [{ id: "t1", asked: AT(200), answered: null }];
  expect(dueOf({ ...CHAT, promises, moments: { ...MOMENTS, turns } })).toBe(220);
  expect(dueOf({ ...CHAT, promises, moments: { ...MOMENTS, turns: [{ id: "t1", asked: AT(200), answered: AT(300) }] } })).toBeNull();
  expect(dueOf({ ...CHAT, moments: { ...MOMENTS, closed: AT(300) } })).toBeNull();
});

test("a follow-up is due also once the enquiry is closed; a moment that nobody told makes no time", () => {
  expect(dueOf({ ...CHAT, state: "closed", follow_up_at: AT(900) })).toBe(900);
  expect(dueOf({ ...CHAT, state: "closed" })).toBeNull();
  expect(dueOf({ ...CHAT, promises: [{ promise: "P-CHAT", turn: null, due: null, verdict: "unknown" }] })).toBeNull();
  expect(dueSaid({ ...CHAT, promises: [] }, 0).words).not.toBe(dueSaid({ ...CHAT, state: "closed" }, 0).words);
});
