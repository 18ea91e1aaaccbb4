import { expect, test } from "vitest";

import { blocks, joined, runs, target } from "./markdown";

test("words are read as what they are, and nothing of them is HTML", () => {
  expect(runs("a **b** `c|*d*` *e* [f](g.md) <https://h.example/> <b>")).toEqual([
    { kind: "text", text: "a " },
    { kind: "strong", text: "b" },
    { kind: "text", text: " " },
    { kind: "code", text: "c|*d*" },
    { kind: "text", text: " " },
    { kind: "em", text: "e" },
    { kind: "text", text: " " },
    { kind: "link", text: "f", to: "g.md" },
    { kind: "text", text: " " },
    { kind: "link", text: "https://h.example/", to: "https://h.example/" },
    { kind: "text", text: " <b>" },
  ]);
});

test("a line goes on without a space where it is Chinese", () => {
  expect(joined(["队列在上，", "  坐席在下"])).toBe("队列在上，坐席在下");
  expect(joined(["one", "two"])).toBe("one two");
});

test("a page is read into its parts, in their order", () => {
  const read = blocks("# T\n\nwords\nand more\n\n<!-- #floor -->\n## Floor\n* one\n  goes on\n* two\n\n1. first\n\n| a | b |\n|---|---|\n| 1 \\| 2 | 3 |\n\n```\n# no heading\n```\n");
  expect(read.map((one) => one.kind)).toEqual(["heading", "paragraph", "heading", "list", "list", "table", "code"]);
  expect(read[0]).toMatchObject({ level: 1, place: null });
  expect(read[1]).toEqual({ kind: "paragraph", runs: [{ kind: "text", text: "words and more" }] });
  expect(read[2]).toMatchObject({ level: 2, place: "floor" });
  expect(read[3]).toMatchObject({ ordered: false, items: [[{ text: "one goes on" }], [{ text: "two" }]] });
  expect(read[4]).toMatchObject({ ordered: true, items: [[{ text: "first" }]] });
  expect(read[5]).toMatchObject({ head: [[{ text: "a" }], [{ text: "b" }]], rows: [[[{ text: "1 | 2" }], [{ text: "3" }]]] });
  expect(read[6]).toEqual({ kind: "code", text: "# no heading" });
});

test("what is never closed ends with the page", () => {
  expect(blocks("```\nopen")).toEqual([{ kind: "code", text: "open" }]);
});

test("a link leads to another page of the manual, to an address, or nowhere", () => {
  expect(target("roles.md")).toEqual({ page: "/help/roles" });
  expect(target("page.md#floor")).toEqual({ page: "/help/page#floor" });
  expect(target("https://a.example/")).toEqual({ address: "https://a.example/" });
  expect(target("javascript:alert(1)")).toBeNull();
  expect(target("../../README.md")).toBeNull();
});
