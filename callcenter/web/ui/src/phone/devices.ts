/** Microphones and speakers: which there are, which are chosen, which can be used now. */
import { kept } from "@/words/kept";

import type { Devices } from "./port";

export type Chosen = Pick<Devices, "microphone" | "speaker" | "ringer">;

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

/** Returns a chosen device where it is plugged in, else "": the system's own. */
export function usable(chosen: string, there: readonly Pick<MediaDeviceInfo, "deviceId">[]): string {
  return there.some((one) => one.deviceId === chosen) ? chosen : "";
}
