/**
 * A phone line, as the engine needs it: registered at the switch, with calls that come and go.
 *
 * `sip.ts` is the one that speaks SIP; tests have one of their own.
 */

/** Who ended a call: this page, the other side, or what lies between. */
export interface Ending {
  by: "here" | "there" | "network";
  /** The SIP status where there was one, else 0. */
  status: number;
}

export interface CallWatcher {
  /** The phone of the other side rings; `early`: its sound is there already. */
  progress(early: boolean): void;
  talking(): void;
  /** What the other side says is there to be heard. */
  heard(stream: MediaStream): void;
  ended(how: Ending): void;
}

/** One call. What fails, fails by `ended`, or by an exception where that is said. */
export interface LineCall {
  readonly id: string;
  readonly direction: "in" | "out";
  readonly number: string;
  readonly name: string;
  readonly channel: string | null;
  /** Media as it flows; null before there is any. */
  readonly connection: RTCPeerConnection | null;
  watch(watcher: CallWatcher): void;
  /** Says to the switch that the phone rings. */
  ring(): void;
  /** Refuses what rings: a SIP status, and why in words for the switch's log. */
  refuse(status: number, why?: string): void;
  answer(stream: MediaStream): void;
  /** Ends it, whatever it is; `reason` goes into the BYE. */
  end(reason?: string): void;
  mute(muted: boolean): void;
  /** Asks the switch; false: it refused, and nothing is changed. */
  hold(held: boolean): Promise<boolean>;
  send(digit: string): void;
  /** Returns the switch's last word: 2xx it is done, 300 to 699 refused, 0 no word. */
  refer(to: string, replaces?: LineCall): Promise<number>;
  /** Lets the switch know by which way this call is reached from now on; one that is gone ends. */
  refresh(): void;
}

export interface LineWatcher {
  /** Whether the phone is still this page's: it is asked after whatever a page may have slept through. */
  mine(): Promise<boolean>;
  /** After each REGISTER that was granted. */
  registered(): void;
  /** The way to the switch is broken; it is tried again by itself. */
  lost(): void;
  /** The switch does not take the secret, or does not know the phone; it is not tried again. */
  refused(): void;
  offered(call: LineCall): void;
}

export interface Line {
  start(): void;
  /** Looks whether the switch still answers, and connects anew where it does not. */
  check(): void;
  /** Dials. */
  dial(number: string, stream: MediaStream): LineCall;
  /** Registers no more; what is registered lasts until it is signed off, or another page is in its place. */
  hush(): void;
  /** Takes no more calls; those that last go on. */
  unregister(): void;
  /** Takes calls again. */
  again(): void;
  /** Ends everything at once. */
  stop(): void;
}

export interface LineSettings {
  uri: string;
  websocket: string;
  username: string;
  password: string;
  ice_servers: RTCIceServer[];
}

export type MakeLine = (settings: LineSettings, watcher: LineWatcher) => Line;
