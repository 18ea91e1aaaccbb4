import { expect, test } from "vitest";

import { i18n } from "@/locale";

import { changeSubject } from "./changes";

test("a change is called by names, and by its own words where it has some", () => {
  i18n.global.locale.value = "en";
  const because = (code: string): string => ({ tea: "Tea break" })[code] ?? code;
  expect(changeSubject({ kind: "reasons", subject: "tea · yoga" }, because)).toBe("Tea break · yoga");
  expect(changeSubject({ kind: "amount", subject: "score" }, because)).toBe("With what the month's score begins");
  expect(changeSubject({ kind: "rulebook", subject: "score" }, because)).toBe("score");
});
