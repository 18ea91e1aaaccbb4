/**
 * The phone of this page, as the rest of the page knows it.
 *
 * Without one, calls ring on the desk phone and the page shows what the live stream tells of them. Only `phone/` knows
 * the SIP library; the phone column knows this file alone.
 */
import { shallowRef, type ShallowRef } from "vue";

/** How far the phone is; only `registered` rings. */
export type PhoneLink =
  | "off" // not taken into this page yet
  | "elsewhere" // another browser has it: it may be taken over
  | "other_tab" // another tab of this browser has it (`where`): it may be taken over unless a call goes on there
  | "connecting"
  | "registered"
  | "lost"; // it tries again by itself

/** `unasked`: nobody has clicked yet; `locked`: the browser lets no sound out until somebody clicks. */
export type SoundState = "unasked" | "locked" | "open";
/** `denied`: the browser's permission; `lost`: it was unplugged, or the track ended. */
export type MicrophoneState = "unasked" | "denied" | "lost" | "open";

/** What the last seconds of a call were like, as the browser measured it. */
export interface CallQuality {
  /** Share of what the other side sent that did not arrive, 0 to 1. */
  loss: number;
  jitterMs: number;
  /** null: not known yet. */
  roundTripMs: number | null;
}

export interface PhoneCall {
  /** By which it is named in the calls below. */
  readonly key: string;
  readonly direction: "in" | "out";
  /** As the switch told it; "" where it told none. */
  readonly number: string;
  readonly name: string;
  /** The switch's channel, where it told it; by this the live stream's call is found. */
  readonly channel: string | null;
  readonly phase: "ringing" | "dialling" | "talking";
  /** Beginning of the phase, milliseconds of the page's clock. */
  readonly since: number;
  readonly muted: boolean;
  /** What was asked of the switch. What is shown is the switch's own word where the live stream has it. */
  readonly held: boolean;
  readonly quality: CallQuality | null;
}

/** A call that is asked about, and the one whose caller waits meanwhile. */
export interface Consultation {
  readonly waiting: string;
  readonly asked: string;
}

/** What is plugged in, by name; the names are known once the microphone was allowed. */
export interface Devices {
  readonly microphones: readonly MediaDeviceInfo[];
  readonly speakers: readonly MediaDeviceInfo[];
  /** Chosen ones, kept in this browser; "": the system's own. */
  readonly microphone: string;
  readonly speaker: string;
  readonly ringer: string;
}

/** Everything that is shown of it; reactive, and never changed from outside. */
export interface PhoneState {
  readonly link: PhoneLink;
  readonly sound: SoundState;
  readonly microphone: MicrophoneState;
  /** What keeps it from ringing now, as a key of the texts; null: nothing does. What to do is `${trouble}.do`. */
  readonly trouble: Trouble | null;
  /** What has just happened and needs no act, as a key of the texts; null: nothing in the last seconds. */
  readonly notice: string | null;
  /** The title of the tab that has it, where the link is `other_tab`. */
  readonly where: string;
  readonly calls: readonly PhoneCall[];
  readonly consultation: Consultation | null;
  readonly devices: Devices;
  /** 0 to 1: `in` is what the microphone takes, in a call and while it is warm; `out` what is heard of the other side. */
  readonly levels: { readonly in: number; readonly out: number };
}

export interface PagePhone {
  readonly state: PhoneState;
  /**
   * In a click: asks for the microphone and for notifications, and lets sound out; raises nothing, the state tells what
   * came of it. Again is no harm.
   */
  prepare(): Promise<void>;
  /** Rings for two seconds on the ringer's device; false: no sound came out. */
  ringTest(): Promise<boolean>;
  /** Tries the sound, unheard, and tells the service where the phone can ring: it may have paused the agent. */
  prove(): Promise<void>;
  /** Takes the phone into this page; `over`: from the browser or the tab that has it. Again is no harm. */
  take(over?: boolean): Promise<void>;
  /** Gives it back: unregisters, ends nothing that is being said. */
  leave(): Promise<void>;
  answer(key: string): void;
  decline(key: string): void;
  hangUp(key: string): void;
  mute(key: string, muted: boolean): void;
  hold(key: string, held: boolean): Promise<void>;
  send(key: string, digit: string): void;
  /** Dials; returns the call's key. */
  dial(number: string): Promise<string>;
  /** Holds first; resolves once the switch has taken it, raises `TransferRefused` where it has not. */
  transfer(key: string, to: string): Promise<void>;
  /** Holds the caller and dials whom to ask. */
  consult(key: string, to: string): Promise<void>;
  /** Brings both together and leaves. */
  complete(): Promise<void>;
  swap(): Promise<void>;
  /** Ends the asking and takes the caller back. */
  back(): Promise<void>;
  choose(devices: Partial<Pick<Devices, "microphone" | "speaker" | "ringer">>): Promise<void>;
}

export class TransferRefused extends Error {
  /** The answer of the switch, 300 to 699; 0: none came. */
  readonly status: number;

  constructor(status: number) {
    super(`the switch answered ${status}`);
    this.status = status;
  }
}

/** What may keep a phone from ringing, and what to do; texts. */
export const TROUBLES = {
  "trouble.lost": "trouble.lost.do",
  "trouble.refused": "trouble.refused.do",
  "trouble.sound": "trouble.sound.do",
  "trouble.denied": "trouble.denied.do",
  "trouble.microphone": "trouble.microphone.do",
  "trouble.ring": "trouble.ring.do",
} as const;

export type Trouble = keyof typeof TROUBLES;

/** The phone of this page; null: there is none, or the switch gives this agent none. */
export const pagePhone: ShallowRef<PagePhone | null> = shallowRef(null);
