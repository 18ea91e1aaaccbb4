import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { FakeCall, FakePage, settled } from "./fakes";
import { TransferRefused } from "./port";

let page: FakePage;

beforeEach(() => {
  vi.useFakeTimers();
  page = new FakePage();
});
afterEach(() => {
  page.engine.close();
  vi.useRealTimers();
});

const graceOver = (): Promise<unknown> => vi.advanceTimersByTimeAsync(10_000);
const why = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => "done", (error: unknown) => error);

test("the switch is told that the phone rings once sound is proven, and the page says on which device", async () => {
  await page.registered();
  const call = await page.offers(new FakeCall("one"));

  expect(call.did).toEqual(["180"]);
  expect(page.engine.state.calls.map((one) => one.phase)).toEqual(["ringing"]);
  expect(page.told.at(-1)).toEqual({ what: "rang", uniqueid: "channel-one", device: "default" });
});

test("where neither sound plays nor a notification shows the phone is unreachable, and nobody missed a call", async () => {
  await page.registered();
  page.sound = { failed: "locked" };
  const call = await page.offers(new FakeCall("one"));

  expect(call.did).toEqual(["480"]);
  expect(page.told.at(-1)).toEqual({ what: "could_not_ring", uniqueid: "channel-one", detail: "locked" });
  expect([page.engine.state.calls.length, page.rings]).toEqual([0, 0]);
});

test("a notification that shows is a ring, too", async () => {
  await page.registered();
  [page.sound, page.notified] = [{ failed: "device" }, true];
  const call = await page.offers(new FakeCall("one"));

  expect(call.did).toEqual(["180"]);
  expect(page.told.at(-1)).toEqual({ what: "rang", uniqueid: "channel-one", detail: "notification" });
});

test("a call that ended before anything rang is nobody's, and was never shown", async () => {
  await page.registered();
  const call = new FakeCall("one");
  page.line.watcher.offered(call);
  expect(page.engine.state.calls).toEqual([]);
  call.over();
  await settled();

  expect([call.did, page.words, page.rings]).toEqual([[], ["registered"], 0]);
});

test("it is answered and hung up, declined only while it rings", async () => {
  await page.registered();
  const call = await page.talks();
  page.engine.decline("one");
  page.engine.hangUp("one");
  const other = await page.offers(new FakeCall("two"));
  page.engine.decline("two");

  expect([call.did, other.did]).toEqual([["180", "200", "BYE"], ["180", "603"]]);
  expect([page.engine.state.calls, page.words]).toEqual([[], ["registered", "rang", "rang"]]);
});

test("a page without a microphone answers nobody: that is the phone's trouble, not a refusal", async () => {
  await page.registered();
  const call = await page.offers(new FakeCall("one"));
  page.microphone = null;
  page.engine.answer("one");
  await settled();

  expect(call.did).toEqual(["180", "500"]);
  expect(page.told.at(-1)).toEqual({ what: "could_not_ring", uniqueid: "channel-one", detail: "no microphone" });
});

test("a ring test sounds for two seconds, however often it is asked for", async () => {
  expect(await page.engine.ringTest()).toBe(true);
  expect(await page.engine.ringTest()).toBe(true);
  expect(page.rings).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);

  expect(page.rings).toBe(0);
});

test("a second call rings beside the first, and nothing is held by itself", async () => {
  await page.registered();
  const first = await page.talks();
  await page.offers(new FakeCall("two"));

  expect(page.engine.state.calls.map(({ key, phase }) => [key, phase])).toEqual([["one", "talking"], ["two", "ringing"]]);
  expect(first.did).not.toContain("hold");
});

test("a loaded page waits for a click before it rings, and says nothing of what it lacks meanwhile", async () => {
  page.sound = { failed: "locked" };
  await page.engine.take();
  expect(page.line.did).toEqual([]);
  page.sound = { on: "" };
  await page.engine.clicked();
  await graceOver();

  expect([page.line.did, page.words]).toEqual([["start"], []]);
});

test("where nobody clicks it registers after all, says that sound is locked, and is in trouble until somebody does", async () => {
  page.sound = { failed: "locked" };
  await page.engine.take();
  await graceOver();
  page.line.watcher.registered();
  expect([page.words, page.engine.state.trouble]).toEqual([["sound_locked", "registered"], "trouble.sound"]);
  page.sound = { on: "" };
  await page.engine.clicked();

  expect([page.words.at(-1), page.engine.state.trouble]).toEqual(["sound_unlocked", null]);
});

test("whoever prepares the phone waits for nothing, and what is lacking then is told once", async () => {
  [page.sound, page.microphone] = [{ failed: "locked" }, null];
  await page.engine.take();
  await page.engine.prepare();
  await graceOver();

  expect([page.line.did, page.words]).toEqual([["start"], ["sound_locked", "microphone_lost"]]);
});

test("where the microphone is unplugged another takes its place, and both are witnessed", async () => {
  await page.registered();
  await graceOver();
  page.engine.microphoneIs("open");
  page.engine.microphoneIs("lost");
  expect(page.engine.state.trouble).toBe("trouble.microphone");
  await settled();

  expect(page.words.slice(1)).toEqual(["microphone_lost", "microphone_back"]);
  expect([page.engine.state.trouble, page.engine.state.notice]).toEqual([null, "notice.microphone"]);
});

test("a permission that is withdrawn is trouble until it is given again", async () => {
  await page.registered();
  await graceOver();
  page.engine.microphoneIs("open");
  page.microphone = null;
  page.engine.microphoneIs("lost");
  await settled();
  expect([page.engine.state.microphone, page.engine.state.trouble]).toEqual(["denied", "trouble.denied"]);
  page.microphone = { getAudioTracks: () => [], getTracks: () => [] } as unknown as MediaStream;
  await page.engine.permitted(true);

  expect([page.words.at(-1), page.engine.state.trouble]).toEqual(["microphone_back", null]);
});

test("a way that is lost for a moment is tried again; after ten seconds the service is told", async () => {
  await page.registered();
  const talk = await page.talks();
  page.line.watcher.lost();
  await vi.advanceTimersByTimeAsync(9_000);
  page.line.watcher.registered();
  expect([page.words, talk.did.at(-1)]).toEqual([["registered", "rang", "registered"], "refresh"]);
  page.line.watcher.lost();
  await vi.advanceTimersByTimeAsync(10_000);

  expect(page.told.at(-1)).toEqual({ what: "unregistered", detail: "lost" });
  expect([page.engine.state.link, page.engine.state.trouble]).toEqual(["lost", "trouble.lost"]);
});

test("that it can ring is said where sound comes out when it is tried, and not where it does not", async () => {
  await page.engine.prove();
  await page.registered();
  await page.engine.prove();
  expect(page.words).toEqual(["registered", "can_ring"]);
  await graceOver();
  page.sound = { failed: "locked" };
  await page.engine.prove();

  expect(page.words.slice(2)).toEqual(["sound_locked"]);
});

test("who hangs up while the way is lost is believed to have lost the call, and the switch is told why", async () => {
  await page.registered();
  const talk = await page.talks();
  page.line.watcher.lost();
  page.engine.hangUp("one");

  expect(talk.did.at(-1)).toBe('BYE Q.850;cause=16;text="hung up while the way was lost"');
  expect(page.told.at(-1)).toEqual({ what: "cut_short", uniqueid: "channel-one", detail: "network" });
});

test("a page that was too late to ring tries its sound anew by itself, until it comes out", async () => {
  await page.registered();
  page.sound = { failed: "late" };
  await page.offers(new FakeCall("one"));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.engine.state.trouble).toBe("trouble.ring");
  await page.engine.prove();
  page.sound = { on: "" };
  await vi.advanceTimersByTimeAsync(10_000);

  expect([page.engine.state.trouble, page.words.at(-1)]).toEqual([null, "could_not_ring"]);
});

test("a talk that the network ended was cut short, one that somebody ended was not", async () => {
  await page.registered();
  (await page.talks("one")).over({ by: "there", status: 0 });
  (await page.talks("two")).over({ by: "network", status: 0 });

  expect(page.told.filter((one) => one.what === "cut_short")).toEqual([
    { what: "cut_short", uniqueid: "channel-two", detail: "network" },
  ]);
});

test("a page that is left lets talks go with a reason, and refuses nobody", async () => {
  await page.registered();
  const talk = await page.talks("one");
  const ringing = await page.offers(new FakeCall("two"));
  page.engine.left();

  expect(talk.did.at(-1)).toBe('BYE Q.850;cause=41;text="page left"');
  expect(ringing.did).toEqual(["180", "500"]);
  expect(page.words.slice(-3)).toEqual(["cut_short", "could_not_ring", "left_page"]);
  expect(page.line.did.at(-1)).toBe("unregister");
});

test("a phone that another browser has is not taken, and may be taken over", async () => {
  page.refusal = Object.assign(new Error("in use"), { kind: "phone-in-use" });
  expect(await why(page.engine.take())).toBe(page.refusal);
  expect([page.engine.state.link, page.lines.length]).toEqual(["elsewhere", 0]);
  page.refusal = null;
  await page.engine.take(true);

  expect(page.line.did).toEqual(["start"]);
});

test("a page that slept asks whether the phone is still its own, and stands back where it is not", async () => {
  await page.registered();
  await vi.advanceTimersByTimeAsync(60_000);
  page.engine.awake();
  expect(page.line.did.at(-1)).toBe("check");
  page.mine = false;

  expect(await page.line.watcher.mine()).toBe(false);
  expect([page.engine.state.link, page.words.at(-1)]).toEqual(["elsewhere", "unregistered"]);
});

test("a phone that another page takes is signed off once that page has it, and takes no call until then", async () => {
  await page.registered();
  page.engine.given("elsewhere");
  const call = new FakeCall("late", "in", "channel-late");
  page.line.watcher.offered(call);
  expect([call.did, page.told.at(-1)]).toEqual([["480"], { what: "could_not_ring", uniqueid: "channel-late", detail: "page left" }]);
  expect(page.line.did).toEqual(["start", "hush"]);
  await vi.advanceTimersByTimeAsync(5000);

  expect(page.line.did).toEqual(["start", "hush", "unregister", "stop"]);
});

test("a phone that comes back at once is not signed off later", async () => {
  await page.registered();
  page.engine.given("other_tab");
  await page.engine.take(true);
  page.engine.given("off");
  const before = page.lines.length;
  await page.engine.take();
  await vi.advanceTimersByTimeAsync(5000);

  expect([page.lines.length, page.line.did]).toEqual([before + 1, ["start"]]);
});

test("a phone that is given away ends no talk, and lets the line go once it is over", async () => {
  await page.registered();
  const talk = await page.talks();
  await page.engine.leave();
  expect([talk.did.at(-1), page.line.did]).toEqual(["200", ["start", "hush", "unregister"]]);
  talk.over();

  expect(page.line.did.at(-1)).toBe("stop");
});

test("a call that goes on when the phone is taken again keeps its line", async () => {
  await page.registered();
  await page.talks();
  await page.engine.leave();
  await page.engine.take();

  expect([page.lines.length, page.line.did]).toEqual([1, ["start", "hush", "unregister", "again"]]);
});

test("a call is handed on once the caller is held, and the switch's refusal is told", async () => {
  await page.registered();
  const talk = await page.talks();
  talk.referred = 404;
  expect(await why(page.engine.transfer("one", "1007"))).toEqual(new TransferRefused(404));
  talk.referred = 200;
  await page.engine.transfer("one", "1007");

  expect(talk.did.slice(2)).toEqual(["hold", "REFER 1007", "REFER 1007", "BYE"]);
  expect(await why(page.engine.transfer("one", 'x";<script>'))).toEqual(new TransferRefused(0));
});

test("somebody is asked, and both are brought together", async () => {
  await page.registered();
  const talk = await page.talks();
  await page.engine.consult("one", "1007");
  expect(page.engine.state.consultation).toEqual({ waiting: "one", asked: "out-0" });
  expect(await why(page.engine.complete())).toEqual(new TransferRefused(0));
  const asked = page.line.dialled[0];
  asked?.talks();
  await page.engine.swap();
  await page.engine.swap();
  await page.engine.complete();

  expect(talk.did.slice(2)).toEqual(["hold", "unhold", "hold", "REFER 1007 for out-0", "BYE"]);
  expect(asked?.did).toEqual(["hold", "unhold", "BYE"]);
  expect(page.engine.state.consultation).toBeNull();
});

test("whoever asked goes back to the caller", async () => {
  await page.registered();
  const talk = await page.talks();
  await page.engine.consult("one", "1007");
  await page.engine.back();

  expect([page.line.dialled[0]?.did, talk.did.at(-1)]).toEqual([["BYE"], "unhold"]);
  expect(page.engine.state.calls.map((call) => call.key)).toEqual(["one"]);
});

test("a hold that the switch refuses changes nothing and is said", async () => {
  await page.registered();
  const talk = await page.talks();
  talk.holds = false;
  await page.engine.hold("one", true);

  expect([page.engine.state.calls[0]?.held, page.engine.state.notice]).toEqual([false, "notice.hold"]);
  talk.holds = true;
  page.line.watcher.lost();
  await page.engine.hold("one", true);
  expect([page.engine.state.calls[0]?.held, talk.did.filter((one) => one === "hold")]).toEqual([false, ["hold"]]);
});

test("a password that the switch does not take is asked for anew", async () => {
  await page.registered();
  page.line.watcher.refused();
  expect(page.engine.state.trouble).toBe("trouble.refused");
  await vi.advanceTimersByTimeAsync(15_000);
  expect(page.lines).toHaveLength(2);
  page.line.watcher.registered();

  expect(page.engine.state.trouble).toBeNull();
});

test("a ring in a page that the browser stops speaks for whoever could not hear it", async () => {
  await page.registered();
  const call = await page.offers(new FakeCall("one"));
  page.engine.seen(false);
  page.engine.seen(false, "frozen");

  expect(call.did).toEqual(["180", "500"]);
  expect(page.told.at(-1)).toEqual({ what: "could_not_ring", uniqueid: "channel-one", detail: "frozen" });
});

test("a ring that the lost way ended speaks for whoever could not answer it", async () => {
  await page.registered();
  const call = await page.offers(new FakeCall("one"));
  page.line.watcher.lost();

  expect(call.did).toEqual(["180", "500"]);
  expect(page.told.at(-1)).toEqual({ what: "could_not_ring", uniqueid: "channel-one", detail: "network" });
});

test("a ring test that is pressed twice ends, too", async () => {
  await page.registered();
  await Promise.all([page.engine.ringTest(), page.engine.ringTest()]);
  await page.engine.ringTest();
  await vi.advanceTimersByTimeAsync(2_000);

  expect(page.rings).toBe(0);
});

test("a service that is away when the phone is taken is asked again, one that says no is not", async () => {
  page.refusal = Object.assign(new Error("away"), { kind: "unreachable", status: 0 });
  expect(await why(page.engine.take())).toBe(page.refusal);
  page.refusal = null;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(page.lines).toHaveLength(1);
  await page.engine.leave();
  page.refusal = Object.assign(new Error("no phone"), { kind: "conflict", status: 409 });
  await why(page.engine.take());
  page.refusal = null;
  await vi.advanceTimersByTimeAsync(60_000);

  expect([page.lines.length, page.engine.state.link]).toEqual([1, "off"]);
});

test("a ring that ends while the browser asks for the microphone was answered: nobody missed it", async () => {
  await page.registered();
  for (const [id, waits] of [["one", 200], ["two", 8_000]] as const) {
    const call = await page.offers(new FakeCall(id));
    let allow = (): void => undefined;
    page.asked = new Promise((resolve) => (allow = resolve));
    page.engine.answer(id);
    await vi.advanceTimersByTimeAsync(waits);
    call.over();
    allow();
    await settled();
  }

  expect(page.told.filter((one) => one.what === "could_not_ring")).toEqual([
    { what: "could_not_ring", uniqueid: "channel-two", detail: "no microphone" },
  ]);
});
