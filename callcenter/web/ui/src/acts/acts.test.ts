import { describe, expect, it } from "vitest";

import { type Acts, offered, whys } from "./acts";

const ALL = ["act_on_agents", "listen_in", "speak_in"];

function told(more: Partial<Acts>): Acts {
  return {
    agent: "Alice", state: "available", reason: null, queued: null, queues: ["post"], other_queues: ["parcels"],
    reasons: [], may: ALL, in_talk: false, told: true, ...more,
  };
}

describe("acts", () => {
  it("are offered as they fit what the agent does", () => {
    expect(offered(told({}))).toEqual(["pause", "sign_out", "queues", "message"]);
    expect(offered(told({ state: "paused" }))).toEqual(["pause", "ready", "sign_out", "queues", "message"]);
    expect(offered(told({ state: "talking", in_talk: true, queued: { state: "paused", reason: "tea" } }))).toEqual([
      "pause", "ready", "sign_out", "queues", "message", "listen", "whisper", "barge",
    ]);
    expect(offered(told({ state: "offline", queues: [] }))).toEqual(["message"]);
    expect(offered(told({ state: "system_paused" }))).not.toContain("ready");
  });

  it("are offered as the rights allow", () => {
    expect(offered(told({ may: ["listen_in"], in_talk: true }))).toEqual(["listen"]);
    expect(offered(told({ may: [], in_talk: true }))).toEqual([]);
  });

  it("have words for why, except for what says it itself", () => {
    expect(whys("message")).toEqual([]);
    expect(whys("barge").length).toBeGreaterThan(0);
  });
});
