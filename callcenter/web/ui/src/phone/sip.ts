/**
 * The line that speaks SIP, by JsSIP. Loaded when the page takes its phone, and not before.
 *
 * What JsSIP does by itself and must not, is stopped here: it sends 180 before anything rings (`held`), it takes a
 * re-INVITE of the switch for a hold that it then keeps for ever (`unfooled`), and it hangs up where a hold is refused.
 * The names with an underscore are of the version that package.json pins.
 */
import { UA } from "jssip";
import type { Originator, RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRTCSessionEvent, RTCSessionEvent } from "jssip/lib/UA";

import { now } from "./clock";
import type { CallWatcher, Ending, Line, LineCall, LineSettings, LineWatcher } from "./line";
import { PhoneSocket } from "./socket";
import { channelOf, nameOf, numberOf } from "./words";

const REGISTERED_SECONDS = 300;
const ICE_MS = 500;
const ANSWER_MS = 3000;
/** The switch asks every few seconds whether the phone is there; where it does not, it is asked. */
const SILENCE_MS = 8000;
const LOOK_MS = 2000;
const SLEPT_MS = 15_000;
const RENEW_MS = 100_000;
const AGAIN_MS = 5000;
const DIGIT_MS = 100;
/** Causes of JsSIP that are somebody's wish. */
const ASKED = new Set(["Terminated", "Canceled", "Rejected"]);
const CHANNEL_HEADER = "X-Callcenter-Channel";

interface Reply {
  reply(status: number, phrase?: string | null, headers?: string[], ...more: unknown[]): void;
}

/** What of a session JsSIP's own types leave out. */
interface Inside {
  _localHold: boolean;
  _remoteHold: boolean;
  _setLocalMediaStatus(): void;
  _sendReinvite(options: { eventHandlers: { succeeded(): void; failed(): void } }): void;
  refer(to: string, options: object): { on(event: string, heard: (told: Referred) => void): void } | false;
}

interface Told {
  originator: Originator;
  message: unknown;
  cause: string;
}

interface Referred {
  status_line?: { status_code: number };
  response?: { status_code: number } | null;
}

/** The way to the switch, as a call needs it. */
interface Way {
  isOpen(): boolean;
  /** Lets something be said once the switch is there again. */
  owe(word: () => void): void;
}

export class SipLine implements Line {
  private readonly ua: UA;
  private readonly socket: PhoneSocket;
  private checking = false;
  private unanswered: ReturnType<typeof setTimeout> | null = null;
  private later: ReturnType<typeof setTimeout> | null = null;
  private looking: ReturnType<typeof setInterval> | null = null;
  private grantedAt = 0;
  private lookedAt = now();
  private stopped = false;
  private readonly ice: RTCConfiguration;
  private owed: (() => void)[] = [];
  private readonly way: Way = { isOpen: () => this.socket.isConnected(), owe: (word) => this.owed.push(word) };

  constructor(
    settings: LineSettings,
    private readonly watcher: LineWatcher,
  ) {
    this.ice = { iceServers: settings.ice_servers };
    this.socket = new PhoneSocket(settings.websocket, () => this.renewed(), () => {
      this.grantedAt = now();
      for (const word of this.owed.splice(0)) word();
      watcher.registered();
    });
    this.ua = new UA({
      sockets: this.socket as never,
      uri: settings.uri,
      authorization_user: settings.username,
      password: settings.password,
      register: false,
      register_expires: REGISTERED_SECONDS,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      no_answer_timeout: 180,
      user_agent: "callcenter page",
    });
    this.ua.on("connected", () => void this.register());
    this.ua.on("disconnected", () => watcher.lost());
    this.ua.on("registrationExpiring", () => (this.stopped || now() - this.lookedAt > SLEPT_MS ? void this.register() : this.ask()));
    this.ua.on("registrationFailed", ({ response }) => {
      const status = (response as { status_code: number } | null)?.status_code ?? 0;
      if (status >= 400 && status < 500 && status !== 408) {
        watcher.refused();
      } else {
        watcher.lost();
        this.askLater();
      }
    });
    this.ua.on("newRTCSession", (event: RTCSessionEvent) => {
      if (event.session.direction === "incoming") watcher.offered(held(event as IncomingRTCSessionEvent, this.ice, this.way));
    });
  }

  start(): void {
    if (this.looking !== null) return;
    this.looking = setInterval(() => {
      this.lookedAt = now();
      if (now() - this.socket.heardAt > SILENCE_MS) this.check();
    }, LOOK_MS);
    this.ua.start();
  }

  check(): void {
    if (this.checking || this.stopped) return;
    if (!this.socket.isConnected()) {
      // JsSIP would wait for its own moment
      if (!this.socket.isConnecting()) (this.ua as unknown as { _transport: { connect(): void } })._transport.connect();
      return;
    }
    this.checking = true;
    void this.register().then((asked) => {
      this.unanswered = setTimeout(() => {
        this.checking = false;
        if (asked !== null && this.socket.heardAt < asked) this.socket.cut();
      }, ANSWER_MS);
    });
  }

  dial(number: string, stream: MediaStream): LineCall {
    const session = this.ua.call(number, {
      mediaStream: stream,
      mediaConstraints: { audio: true, video: false },
      pcConfig: this.ice,
      rtcOfferConstraints: { offerToReceiveAudio: true, offerToReceiveVideo: false },
    });
    return new SipCall(session, "out", number, "", null, () => undefined, this.ice, this.way);
  }

  again(): void {
    this.stopped = false;
    void this.register();
  }

  hush(): void {
    this.stopped = true;
  }

  unregister(): void {
    this.stopped = true;
    this.ua.unregister();
  }

  stop(): void {
    this.stopped = true;
    for (const timer of [this.unanswered, this.later, this.looking]) clearTimeout(timer ?? undefined);
    this.ua.stop();
  }

  /** Something was heard: an answer in time keeps the registration, also where timers are slow because nobody looks. */
  private renewed(): void {
    if (this.grantedAt > 0 && now() - this.grantedAt > RENEW_MS && this.ua.isRegistered()) {
      this.grantedAt = now();
      this.ask();
    }
  }

  /** Registers where the phone is still this page's; returns when it asked, null where it did not. */
  private async register(): Promise<number | null> {
    if (!(await this.watcher.mine()) || this.stopped) return null;
    const asked = now();
    this.ask();
    return asked;
  }

  /** JsSIP's own way would register again after each reconnection, also a phone that another page has taken over. */
  private ask(): void {
    (this.ua.registrator() as unknown as { register(): void }).register();
  }

  /** JsSIP does not ask again by itself where a registration failed. */
  private askLater(): void {
    clearTimeout(this.later ?? undefined);
    if (this.stopped) return;
    this.later = setTimeout(() => {
      if (this.socket.isConnected()) void this.register();
    }, AGAIN_MS);
  }
}

/** Takes a call, and keeps JsSIP's 180 back until it is asked for. */
function held({ session, request }: IncomingRTCSessionEvent, ice: RTCConfiguration, way: Way): SipCall {
  const answering = request as unknown as Reply;
  const reply = answering.reply.bind(request);
  answering.reply = (status, ...more) => {
    if (status !== 180) reply(status, ...more);
  };
  const ring = (): void => reply(180, null, [`Contact: ${session.contact}`]);
  const { uri, display_name } = session.remote_identity;
  const channel = channelOf(request.getHeader(CHANNEL_HEADER));
  return new SipCall(session, "in", numberOf(uri.user), nameOf(display_name), channel, ring, ice, way);
}

class SipCall implements LineCall {
  readonly id: string;
  private watcher: CallWatcher | null = null;
  private early = false;
  /** Whoever waits for an answer of the switch about this call. */
  private readonly waiting = new Set<(by: Ending["by"]) => void>();

  constructor(
    readonly session: RTCSession,
    readonly direction: "in" | "out",
    readonly number: string,
    readonly name: string,
    readonly channel: string | null,
    private readonly sayRinging: () => void,
    private readonly ice: RTCConfiguration,
    private readonly way: Way,
  ) {
    this.id = session.id;
    unfooled(session);
    notLong(session);
    session.on("peerconnection", () => this.listen());
    if (direction === "out") this.listen();
    session.on("sdp", (told) => (this.early ||= told.type === "answer"));
    session.on("progress", () => this.watcher?.progress(this.early));
    session.on("accepted", () => this.watcher?.talking());
    session.on("ended", (told) => this.over(told));
    session.on("failed", (told) => this.over(told));
  }

  get connection(): RTCPeerConnection | null {
    return (this.session.connection as RTCPeerConnection | null | undefined) ?? null;
  }

  watch(watcher: CallWatcher): void {
    this.watcher = watcher;
  }

  ring(): void {
    if (this.session.isInProgress()) this.sayRinging();
  }

  refuse(status: number, why?: string): void {
    if (this.session.isEnded()) return;
    const extraHeaders = why === undefined ? [] : [`Reason: SIP;cause=${status};text="${why}"`];
    this.session.terminate({ status_code: status, extraHeaders });
  }

  answer(stream: MediaStream): void {
    this.session.answer({ mediaStream: stream, mediaConstraints: { audio: true, video: false }, pcConfig: this.ice });
  }

  end(reason?: string): void {
    if (!this.session.isEstablished() || this.way.isOpen()) {
      this.bye(reason);
      return;
    }
    // a BYE would be lost, and the switch would keep the caller
    this.connection?.close();
    this.way.owe(() => this.bye(reason));
    this.watcher?.ended({ by: "here", status: 0 });
  }

  private bye(reason?: string): void {
    if (this.session.isEnded()) return;
    this.session.terminate(reason === undefined ? {} : { extraHeaders: [`Reason: ${reason}`] });
  }

  mute(muted: boolean): void {
    if (muted) this.session.mute({ audio: true });
    else this.session.unmute({ audio: true });
  }

  hold(wanted: boolean): Promise<boolean> {
    const inside = this.session as unknown as Inside;
    if (inside._localHold === wanted) return Promise.resolve(true);
    if (!this.session.isEstablished() || !this.session.isReadyToReOffer()) return Promise.resolve(false);
    const turn = (to: boolean): void => {
      inside._localHold = to;
      inside._setLocalMediaStatus();
    };
    turn(wanted);
    return this.unlessOver<boolean>(false, (resolve) =>
      inside._sendReinvite({
        eventHandlers: {
          succeeded: () => resolve(true),
          failed: () => {
            if (!this.session.isEnded()) turn(!wanted);
            resolve(false);
          },
        },
      }),
    );
  }

  send(digit: string): void {
    this.session.sendDTMF(digit, { transportType: "RFC2833" as never, duration: DIGIT_MS });
  }

  refer(to: string, replaces?: LineCall): Promise<number> {
    const inside = this.session as unknown as Inside;
    // the switch hangs up once it has taken the caller over
    return this.unlessOver<number>(200, (resolve) => {
      const subscriber = inside.refer(to, replaces === undefined ? {} : { replaces: (replaces as SipCall).session });
      if (subscriber === false) {
        resolve(0);
        return;
      }
      subscriber.on("accepted", () => resolve(200));
      subscriber.on("failed", (told) => resolve(told.status_line?.status_code ?? 0));
      subscriber.on("requestFailed", (told) => resolve(told.response?.status_code ?? 0));
    });
  }

  /** Waits for an answer; `over` is the answer where the other side ends the call first. */
  private unlessOver<T extends number | boolean>(over: T, ask: (resolve: (answer: T) => void) => void): Promise<T> {
    return new Promise((resolve) => {
      const ended = (by: Ending["by"]): void => resolve(by === "there" ? over : ((typeof over === "number" ? 0 : false) as T));
      this.waiting.add(ended);
      ask((answer) => {
        this.waiting.delete(ended);
        resolve(answer);
      });
    });
  }

  private over(told: Told): void {
    const how = ending(told);
    for (const ended of this.waiting) ended(how.by);
    this.waiting.clear();
    this.watcher?.ended(how);
  }

  refresh(): void {
    if (!this.session.isEstablished() || !this.session.isReadyToReOffer()) return;
    (this.session as unknown as Inside)._sendReinvite({ eventHandlers: { succeeded: () => undefined, failed: () => undefined } });
  }

  private listen(): void {
    this.connection?.addEventListener("track", (event) => {
      this.watcher?.heard(event.streams[0] ?? new MediaStream([event.track]));
    });
  }
}

/** A re-INVITE of the switch is about the way of media, and never a hold: the switch plays music itself. */
function unfooled(session: RTCSession): void {
  session.on("hold", (told) => {
    if ((told.originator as Originator | string) !== "remote") return;
    const inside = session as unknown as Inside;
    inside._remoteHold = false;
    inside._setLocalMediaStatus();
  });
}

/** On a LAN the first addresses do; what else a machine has is not waited for. */
function notLong(session: RTCSession): void {
  let waiting: ReturnType<typeof setTimeout> | null = null;
  session.on("icecandidate", ({ ready }) => {
    waiting ??= setTimeout(() => {
      waiting = null;
      ready();
    }, ICE_MS);
  });
}

function ending(told: Told): Ending {
  const status = (told.message as { status_code?: number } | null)?.status_code ?? 0;
  const own = (told.originator as string) === "local";
  // JsSIP hangs up itself where media or the switch fell silent
  if ((told.originator as string) === "system" || (own && !ASKED.has(told.cause))) return { by: "network", status };
  return { by: own ? "here" : "there", status };
}
