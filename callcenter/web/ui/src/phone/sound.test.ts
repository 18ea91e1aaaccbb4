import { beforeEach, expect, test, vi } from "vitest";

import { Sound } from "./sound";

/** What a browser does with `play()`, one after another; each is let go by the test. */
let plays: { well: () => void; ill: (error: Error) => void }[];

class FakeAudio {
  paused = true;
  currentTime = 0;
  loop = false;
  preload = "";
  src = "";

  play(): Promise<void> {
    this.paused = false; // at once, as a browser has it, and long before anything is heard
    return new Promise((well, ill) => plays.push({ well, ill }));
  }

  pause(): void {
    this.paused = true;
  }

  setSinkId(): Promise<void> {
    return Promise.resolve();
  }
}

beforeEach(() => {
  plays = [];
  vi.stubGlobal("Audio", FakeAudio);
});

test("a second call is proven by the first one's sound, once that is proven", async () => {
  const sound = new Sound();
  const [first, second] = [sound.ring(), sound.ring()];
  await vi.waitFor(() => expect(plays.length).toBe(1));
  plays[0]?.well();

  expect(await Promise.all([first, second])).toEqual([{ on: "" }, { on: "" }]);
  expect(plays.length).toBe(1);
});

test("where the first one's sound is refused the second is no ring either, until one is tried anew", async () => {
  const sound = new Sound();
  const [first, second] = [sound.ring(), sound.ring()];
  await vi.waitFor(() => expect(plays.length).toBe(1));
  plays[0]?.ill(new DOMException("no", "NotAllowedError"));

  expect(await first).toEqual({ failed: "locked" });
  await vi.waitFor(() => expect(plays.length).toBe(2));
  plays[1]?.ill(new DOMException("no", "NotAllowedError"));
  expect(await second).toEqual({ failed: "locked" });
});
