import { expect, test } from "vitest";

import { cut, eventsOf } from "./events";

test("only whole events are told, and what is left waits for more", () => {
  const { events, rest } = cut('retry: 3000\n\nid: 4\nevent: wall\ndata: {"now":1}\n\nevent: wall\nda');
  expect(events).toEqual([{ name: "wall", data: '{"now":1}' }]);
  expect(rest).toBe("event: wall\nda");
  expect(cut(`${rest}ta: 2\n\n`)).toEqual({ events: [{ name: "wall", data: "2" }], rest: "" });
});

test("events are told wherever the bytes are cut, within a character too", async () => {
  const bytes = new TextEncoder().encode('event: wall\ndata: "大屏"\n\nevent: end\ndata: {}\n\n');
  for (let at = 1; at < bytes.length; at++) {
    const body = new ReadableStream<Uint8Array>({
      start(told) {
        told.enqueue(bytes.slice(0, at));
        told.enqueue(bytes.slice(at));
        told.close();
      },
    });
    const heard = [];
    for await (const one of eventsOf(body)) heard.push(one);
    expect(heard).toEqual([{ name: "wall", data: '"大屏"' }, { name: "end", data: "{}" }]);
  }
});
