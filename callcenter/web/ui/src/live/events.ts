/** Server-sent events of an answer that is read as it comes: for who signs in by a token, which an EventSource cannot. */

export interface EventHeard {
  name: string;
  data: string;
}

/** Returns the whole events of a text that ends anywhere, and what is left of it. */
export function cut(text: string): { events: EventHeard[]; rest: string } {
  const blocks = text.split("\n\n");
  const rest = blocks.pop() ?? "";
  return { events: blocks.map(event).filter((one) => one.data !== ""), rest };
}

export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<EventHeard> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const { events, rest } = cut(text + decoder.decode(read.value, { stream: true }));
    text = rest;
    yield* events;
  }
}

function event(block: string): EventHeard {
  const lines = block.split("\n");
  const said = (name: string): string[] => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  return { name: said("event")[0] ?? "message", data: said("data").join("\n") };
}
