import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Problem } from "@/api/client";

import { settled } from "./fakes";
import { type Fact, heardBy, type Heard, Witness } from "./witness";

let heard: Fact[][];
let answers: Heard[];
let kept: Fact[];

const witness = (): Witness => {
  const send = (facts: Fact[]): Promise<Heard> => {
    const answer = answers.shift() ?? "taken";
    if (answer === "taken") heard.push(facts);
    return Promise.resolve(answer);
  };
  return new Witness(send, { read: () => [...kept], write: (facts) => (kept = [...facts]) });
};
const words = (): string[] => heard.flat().map((fact) => fact.what);

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 29) });
  [heard, answers, kept] = [[], [], []];
});
afterEach(() => {
  vi.useRealTimers();
});

test("what is told is said at once, with its time, and cut to what fits", async () => {
  witness().tell("rang", { uniqueid: "1.2", device: `Jabra\r\n${"x".repeat(300)}` });
  await settled();

  const fact = heard[0]?.[0];
  expect(fact).toMatchObject({ at: "2026-11-29T00:00:00.000Z", what: "rang", uniqueid: "1.2" });
  expect(fact?.device).toBe(`Jabra  ${"x".repeat(73)}`);
  expect(kept).toEqual([]);
});

test("what is not heard is said again, in order and once", async () => {
  answers = [{ again: 0 }, { again: 7 }];
  const one = witness();
  one.tell("rang");
  await settled();
  one.tell("left_page");
  await settled();
  expect([heard, kept.length]).toEqual([[], 2]);
  await vi.advanceTimersByTimeAsync(12_000);

  expect(words()).toEqual(["rang", "left_page"]);
});

test("what a page that was closed could not say is said by the next one", async () => {
  answers = [{ again: 0 }];
  witness().tell("could_not_ring", { uniqueid: "1.2" });
  await settled();
  witness();
  await settled();

  expect(words()).toEqual(["could_not_ring"]);
});

test("a page that is over says nothing more, and keeps it", async () => {
  answers = [{ again: 0 }];
  const one = witness();
  one.tell("registered");
  await settled();
  one.close();
  one.tell("unregistered");
  await vi.advanceTimersByTimeAsync(60_000);

  expect([heard, kept.map((fact) => fact.what)]).toEqual([[], ["registered", "unregistered"]]);
});

test("what the service refuses does not keep the rest from being said", async () => {
  answers = ["refused"];
  const one = witness();
  one.tell("rang");
  await settled();
  one.tell("left_page");
  await settled();

  expect(words()).toEqual(["left_page"]);
});

test("many are said in batches, and the oldest are let go", async () => {
  kept = Array.from({ length: 230 }, (_, n) => ({ at: "", what: "rang", uniqueid: String(n) }) as Fact);
  answers = [{ again: 5 }];
  const one = witness();
  await settled();
  one.tell("left_page");
  await vi.advanceTimersByTimeAsync(5_000);

  expect(heard.map((batch) => batch.length)).toEqual([50, 50, 50, 50]);
  expect(words().at(-1)).toBe("left_page");
});

test("a device may be called anything: what the service keeps no letter of is not sent", async () => {
  const one = witness();
  one.tell("rang", { device: `${"x".repeat(79)}\u{1f3a7}\u{1f3a7}` });
  one.tell("rang", { device: "half \ud83d of one" });
  await settled();

  expect(heard.flat().map((fact) => fact.device)).toEqual([`${"x".repeat(79)}\u{1f3a7}`, "half   of one"]);
});

test("one fact that is refused takes no other with it", async () => {
  kept = ["rang", "could_not_ring", "cut_short"].map((what) => ({ at: "", what }) as Fact);
  answers = ["refused", "taken", "refused"];
  witness();
  await settled();

  expect([words(), kept]).toEqual([["rang", "cut_short"], []]);
});

test("what a page says that is out of date is said again, what nobody may say is not", () => {
  const why = (status: number, kind: string): Problem => new Problem(status, { type: `urn:callcenter:problem:${kind}` });

  expect(heardBy(why(403, "foreign-request"))).toEqual({ again: 0 });
  expect([heardBy(why(403, "forbidden")), heardBy(why(422, "bad-input"))]).toEqual(["refused", "refused"]);
  expect(() => heardBy(new TypeError("broken"))).toThrow("broken");
});
