import { expect, test } from "vitest";

const SOURCES = import.meta.glob<string>(["./**/*.vue", "./**/*.ts"], { query: "?raw", import: "default", eager: true });
const LOOKS = SOURCES["./widgets.ts"] ?? "";

test("what is taken of Element Plus has its looks", () => {
  const named = Object.values(SOURCES).flatMap((text) => text.match(/import \{[^}]*\} from "element-plus"/g) ?? []);
  const taken = new Set(named.flatMap((text) => text.match(/\bEl[A-Z]\w+/g) ?? []));
  expect(taken.size).toBeGreaterThan(10);
  const kebab = (name: string): string => name.slice(2).replace(/\B[A-Z]/g, "-$&").toLowerCase();
  expect([...taken].filter((name) => !LOOKS.includes(`/components/${kebab(name)}/style/css"`))).toEqual([]);
});
