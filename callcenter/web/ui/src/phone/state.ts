/** What is shown of the phone, as one reactive value that the engine alone changes. */
import { shallowReactive } from "vue";

import type { PhoneCall, PhoneState, Trouble } from "./port";

export type Changing = { -readonly [K in keyof PhoneState]: PhoneState[K] };

export function nothing(): Changing {
  return shallowReactive<Changing>({
    link: "off",
    sound: "unasked",
    microphone: "unasked",
    trouble: null,
    notice: null,
    where: "",
    calls: [],
    consultation: null,
    devices: { microphones: [], speakers: [], microphone: "", speaker: "", ringer: "" },
    levels: { in: 0, out: 0 },
  });
}

/** Returns calls with one of them changed. */
export function changed(calls: readonly PhoneCall[], key: string, to: Partial<PhoneCall>): readonly PhoneCall[] {
  return calls.map((call) => (call.key === key ? { ...call, ...to } : call));
}

/** Says what keeps a phone from ringing, as a key of the texts; the first that fits. */
export function troubleOf(state: Pick<PhoneState, "link" | "sound" | "microphone">, failed: Trouble | null): Trouble | null {
  if (state.link === "lost") return failed === "trouble.refused" ? failed : "trouble.lost";
  if (state.link !== "registered") return null;
  if (state.sound === "locked") return "trouble.sound";
  if (state.microphone === "denied") return "trouble.denied";
  if (state.microphone === "lost") return "trouble.microphone";
  return failed;
}
