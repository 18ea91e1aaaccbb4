/** Microphones and speakers: which there are, which are chosen, which can be used now. */
import { kept } from "@/words/kept";

import type { Devices } from "./port";

export type Chosen = Pick<Devices, "microphone" | "speaker" | "ringer">;

const LOOK_MS = 5000;
const NONE: Chosen = { microphone: "", speaker: "", ringer: "" };
const KEPT = kept<Chosen>("devices", (value) => Object.keys(NONE).every((one) => typeof (value as Chosen | null)?.[one as keyof Chosen] === "string"));
/** Stand for the system's own choice, which "" is, too. */
const OWN = new Set(["default", "communications"]);

export function chosenBefore(): Chosen {
  return KEPT.read() ?? NONE;
}

export function keep({ microphone, speaker, ringer }: Chosen): void {
  KEPT.write({ microphone, speaker, ringer });
}

/** Asks the browser what is plugged in. */
export async function plugged(): Promise<Pick<Devices, "microphones" | "speakers">> {
  const media = (navigator as Partial<Navigator>).mediaDevices;
  const all = await Promise.resolve(media?.enumerateDevices()).catch(() => undefined);
  const of = (kind: MediaDeviceKind): MediaDeviceInfo[] => (all ?? []).filter((one) => one.kind === kind && !OWN.has(one.deviceId));
  return { microphones: of("audioinput"), speakers: of("audiooutput") };
}

/** Calls back when something was plugged in or out; returns what ends that. Some systems tell a browser of no change: it is asked. */
export function watchPlugs(then: () => void): () => void {
  const media = (navigator as Partial<Navigator>).mediaDevices;
  let before: string | null = null;
  const look = async (): Promise<void> => {
    const { microphones, speakers } = await plugged();
    const there = [...microphones, ...speakers].map((one) => one.deviceId).join();
    if (before !== null && there !== before) then();
    before = there;
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  media?.addEventListener("devicechange", then);
  return () => {
    clearInterval(timer);
    media?.removeEventListener("devicechange", then);
  };
}

/** Returns a chosen device where it is plugged in, else "": the system's own. */
export function usable(chosen: string, there: readonly Pick<MediaDeviceInfo, "deviceId">[]): string {
  return there.some((one) => one.deviceId === chosen) ? chosen : "";
}
