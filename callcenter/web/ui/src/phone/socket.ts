/**
 * The WebSocket under the SIP library: it knows when the switch was heard last, and when it granted a REGISTER.
 *
 * A network that drops everything tells a browser nothing: the socket stays open for minutes. So whoever doubts asks
 * the switch something, and where no answer comes the socket is cut; the library connects anew.
 */
import { now } from "./clock";

const GRANTED = /^SIP\/2\.0 200 /;
const OF_REGISTER = /^CSeq:\s*\d+\s+REGISTER\s*$/im;
const GONE = /^(?:Contact:.*;\s*expires=0|Expires:\s*0)\s*$/im;

export type OpenSocket = (url: string) => WebSocket;

export class PhoneSocket {
  readonly via_transport: string;
  readonly sip_uri: string;
  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined;
  ondata: (data: string | ArrayBuffer) => void = () => undefined;
  /** When something came last, by the page's clock. */
  heardAt = 0;
  private socket: WebSocket | null = null;
  private leaving = false;

  constructor(
    readonly url: string,
    private readonly heard: () => void,
    /** A REGISTER was granted, and it was none by which the phone leaves. */
    private readonly granted: () => void,
    private readonly open: OpenSocket = (where) => new WebSocket(where, "sip"),
  ) {
    const { protocol, host } = new URL(url);
    this.via_transport = protocol === "wss:" ? "WSS" : "WS";
    this.sip_uri = `sip:${host};transport=${protocol.slice(0, -1)}`;
  }

  connect(): void {
    if (this.socket !== null && this.socket.readyState <= WebSocket.OPEN) return;
    const socket = this.open(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.heardAt = now();
      this.onconnect();
    };
    socket.onclose = (event) => this.closed(socket, !event.wasClean, event.code, event.reason);
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      this.heardAt = now();
      this.ondata(event.data);
      this.heard();
      if (typeof event.data === "string" && GRANTED.test(event.data) && OF_REGISTER.test(event.data) && !this.leaving) {
        this.granted();
      }
    };
  }

  disconnect(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onclose = socket.onmessage = null;
    socket.close();
  }

  send(message: string): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    if (message.startsWith("REGISTER ")) this.leaving = GONE.test(message);
    this.socket.send(message);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  /** Gives a socket up that nobody answers on, without waiting for what the network says of it. */
  cut(): void {
    const socket = this.socket;
    if (socket === null) return;
    this.disconnect();
    this.ondisconnect(true, 1006, "no answer");
  }

  private closed(socket: WebSocket, error: boolean, code: number, reason: string): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.ondisconnect(error, code, reason);
  }
}
