/** The Markdown that the manual is written in, read into parts that a page can show: no HTML is made of it. */

export type Run = { kind: "text" | "code" | "strong" | "em"; text: string } | { kind: "link"; text: string; to: string };
export type Block =
  | { kind: "heading"; level: number; runs: Run[]; place: string | null }
  | { kind: "paragraph"; runs: Run[] }
  | { kind: "list"; ordered: boolean; items: Run[][] }
  | { kind: "table"; head: Run[][]; rows: Run[][][] }
  | { kind: "code"; text: string };

const PLACE = /^<!-- #([\w-]+) -->$/;
const FENCE = /^```/;
const HEADING = /^(#{1,4}) (.*)$/;
const ITEM = /^(\*|\d+\.) +(.*)$/;
const ROW = /^\|.*\|$/;
const RULE = /^[|:\- ]+$/;
const RUN = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)|<(https?:\/\/[^>\s]+)>/g;
const WIDE = /[\u2e80-\u9fff\uff00-\uffef“”‘’…—]/;

/** Reads a line's words. */
export function runs(text: string): Run[] {
  const found: Run[] = [];
  let from = 0;
  for (const one of text.matchAll(RUN)) {
    const [whole, code, strong, em, words, to, address] = one;
    if (one.index > from) found.push({ kind: "text", text: text.slice(from, one.index) });
    if (code !== undefined) found.push({ kind: "code", text: code });
    else if (strong !== undefined) found.push({ kind: "strong", text: strong });
    else if (em !== undefined) found.push({ kind: "em", text: em });
    else found.push({ kind: "link", text: words ?? address ?? "", to: to ?? address ?? "" });
    from = one.index + whole.length;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}

/** Puts lines together: between Chinese words there is no space. */
export function joined(lines: string[]): string {
  return lines.map((one) => one.trim()).reduce((before, line) => (WIDE.test(before.slice(-1)) && WIDE.test(line.slice(0, 1)) ? before + line : `${before} ${line}`));
}

/** Reads a page. */
export function blocks(text: string): Block[] {
  const found: Block[] = [];
  const lines = text.split("\n");
  let place: string | null = null;
  for (let n = 0; n < lines.length; ) {
    const line = lines[n] ?? "";
    const heading = HEADING.exec(line);
    const marked = PLACE.exec(line);
    if (marked) {
      place = marked[1] ?? null;
      n += 1;
    } else if (heading) {
      const [, marks = "", words = ""] = heading;
      found.push({ kind: "heading", level: marks.length, runs: runs(words), place });
      place = null;
      n += 1;
    } else if (FENCE.test(line)) {
      const end = endOf(lines, n + 1, (one) => FENCE.test(one));
      found.push({ kind: "code", text: lines.slice(n + 1, end).join("\n") });
      n = end + 1;
    } else if (ROW.test(line)) {
      const end = endOf(lines, n, (one) => !ROW.test(one));
      found.push(table(lines.slice(n, end)));
      n = end;
    } else if (ITEM.test(line)) {
      const end = endOf(lines, n, (one) => !ITEM.test(one) && !/^ +\S/.test(one));
      found.push(list(lines.slice(n, end)));
      n = end;
    } else if (line.trim() === "") {
      n += 1;
    } else {
      const end = endOf(lines, n + 1, (one) => one.trim() === "" || [HEADING, FENCE, ROW, ITEM, PLACE].some((other) => other.test(one)));
      found.push({ kind: "paragraph", runs: runs(joined(lines.slice(n, end))) });
      n = end;
    }
  }
  return found;
}

function endOf(lines: string[], from: number, ends: (line: string) => boolean): number {
  const found = lines.findIndex((line, n) => n >= from && ends(line));
  return found < 0 ? lines.length : found;
}

function list(lines: string[]): Block {
  const items: string[][] = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item) items.push([item[2] ?? ""]);
    else items.at(-1)?.push(line);
  }
  return { kind: "list", ordered: lines[0]?.startsWith("*") === false, items: items.map((one) => runs(joined(one))) };
}

function cells(line: string): Run[][] {
  return line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => runs(cell.trim().replaceAll("\\|", "|")));
}

function table(lines: string[]): Block {
  const rows = lines.filter((line, n) => n !== 1 || !RULE.test(line)).map(cells);
  return { kind: "table", head: rows[0] ?? [], rows: rows.slice(1) };
}

/** Says where a link of the manual leads: another page of it is one of ours; null: nowhere that the page knows. */
export function target(to: string): { page: string } | { address: string } | null {
  const topic = /^([\w-]+)\.md(#[\w-]+)?$/.exec(to);
  if (topic) return { page: `/help/${topic[1]}${topic[2] ?? ""}` };
  return /^https?:\/\//.test(to) ? { address: to } : null;
}
