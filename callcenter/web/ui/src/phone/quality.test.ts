import { expect, test } from "vitest";

import { between, counted, type Counted, summary } from "./quality";

const at = (received: number, lost: number, jitterMs = 4, roundTripMs: number | null = 30): Counted => ({
  received,
  lost,
  jitterMs,
  roundTripMs,
  codec: "opus",
});

test("what is heard between two looks is what was lost of what was sent meanwhile", () => {
  expect(between(at(100, 10), at(190, 20))).toEqual({ loss: 0.1, jitterMs: 4, roundTripMs: 30 });
  expect(between(at(100, 10), at(200, 8))?.loss).toBe(0);
  expect(between(at(100, 10), at(100, 10))).toBeNull();
});

test("a call is summed up over all of it, with its worst look", () => {
  const looks = [
    { loss: 0, jitterMs: 2, roundTripMs: null },
    { loss: 0.2, jitterMs: 6, roundTripMs: 40 },
  ];
  expect(summary(looks, at(380, 20), 10)).toEqual({
    seconds: 10,
    loss: 0.05,
    worst_loss: 0.2,
    jitter_ms: 4,
    round_trip_ms: 40,
    codec: "opus",
  });
  expect(summary([], at(0, 0), 3)).toBeNull();
});

test("a browser's report is read for its audio, and what is not there is not known", () => {
  const heard = { type: "inbound-rtp", kind: "audio", packetsReceived: 9, packetsLost: -1, jitter: 0.003, codecId: "c" };
  const report = [heard, { type: "codec", id: "c", mimeType: "audio/PCMA" }, { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.02 }];
  expect(counted(report)).toEqual({ received: 9, lost: -1, jitterMs: 3, roundTripMs: 20, codec: "pcma" });
  expect(counted([heard])).toMatchObject({ roundTripMs: null, codec: null });
  expect(counted([{ type: "inbound-rtp", kind: "video" }])).toBeNull();
});
