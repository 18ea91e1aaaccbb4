import { expect, test } from "vitest";

import { type Column, useColumns } from "./columns";

const ALL: Column<never>[] = [
  { key: "a", title: "column.at" },
  { key: "b", title: "column.agent", beside: true },
  { key: "c", title: "column.state" },
];

test("columns that stand beside are not shown until somebody asks, and keep their place", () => {
  const { shown, choose } = useColumns("test", ALL);
  expect(shown.value).toEqual(["a", "c"]);
  choose("b", true);
  expect(shown.value).toEqual(["a", "b", "c"]);
});

test("a table without a column is none: the last one stays", () => {
  const { shown, choose } = useColumns("test", ALL);
  for (const key of ["a", "c"]) choose(key, false);
  expect(shown.value).toEqual(["c"]);
});
