import { beforeEach, expect, test, vi } from "vitest";

import { PhoneSocket } from "./socket";

class Wire {
  static readonly OPEN = 1;
  static readonly CONNECTING = 0;
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onclose: ((event: object) => void) | null = null;
  onmessage: ((event: object) => void) | null = null;

  send(message: string): void {
    this.sent.push(message);
  }

  close(): void {
    this.readyState = 3;
  }
}

let wires: Wire[];
let granted: number;
let heard: number;
let socket: PhoneSocket;

beforeEach(() => {
  vi.stubGlobal("WebSocket", Wire);
  [wires, granted, heard] = [[], 0, 0];
  const open = (): WebSocket => {
    const wire = new Wire();
    wires.push(wire);
    return wire as unknown as WebSocket;
  };
  socket = new PhoneSocket("wss://pbx.example:8089/ws", () => (heard += 1), () => (granted += 1), open);
  socket.connect();
  const wire = wires[0] as Wire;
  wire.readyState = 1;
  wire.onopen?.();
});

const says = (message: string): void => wires[0]?.onmessage?.({ data: message });
const OK = "SIP/2.0 200 OK\r\nVia: x\r\nCSeq: 7 REGISTER\r\n\r\n";

test("each REGISTER that is granted is noticed, and nothing else is", () => {
  socket.send("REGISTER sip:pbx SIP/2.0\r\nContact: <sip:a@b>;expires=300\r\nExpires: 300\r\n\r\n");
  says(OK);
  says(OK);
  says("SIP/2.0 401 Unauthorized\r\nCSeq: 7 REGISTER\r\n\r\n");
  says("SIP/2.0 200 OK\r\nCSeq: 7 INVITE\r\n\r\n");

  expect([granted, heard]).toEqual([2, 4]);
});

test("leaving is no registration", () => {
  socket.send("REGISTER sip:pbx SIP/2.0\r\nContact: <sip:a@b>;expires=0\r\nExpires: 0\r\n\r\n");
  says(OK);

  expect(granted).toBe(0);
});

test("a socket that is cut is over at once, whatever the network says of it later", () => {
  const over = vi.fn();
  socket.ondisconnect = over;
  const late = wires[0]?.onclose;
  socket.cut();
  late?.({ wasClean: false, code: 1006, reason: "" });

  expect([over.mock.calls.length, socket.isConnected(), socket.send("x")]).toEqual([1, false, false]);
  socket.connect();
  expect(wires).toHaveLength(2);
});

test("the library is told where it speaks to", () => {
  expect([socket.via_transport, socket.sip_uri]).toEqual(["WSS", "sip:pbx.example:8089;transport=wss"]);
});
