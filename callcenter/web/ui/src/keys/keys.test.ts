import { expect, test } from "vitest";

import { areKeys, FIRST_KEYS, type KeyPressed, named, refusal } from "./keys";

const pressed = (key: string, with_: Partial<KeyPressed> = {}): KeyPressed => ({
  key,
  code: "",
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  ...with_,
});

test("a key is named by what is printed on it, whatever the layout or an Alt makes of it", () => {
  expect(named(pressed("a"))).toBe("A");
  expect(named(pressed("D", { shiftKey: true }))).toBe("Shift+D");
  expect(named(pressed("?", { shiftKey: true, code: "Slash" }))).toBe("?");
  expect(named(pressed("ф", { code: "KeyA" }))).toBe("A");
  expect(named(pressed("∂", { code: "KeyD", altKey: true }))).toBe("Alt+D");
  expect(named(pressed("F8", { ctrlKey: true, shiftKey: true }))).toBe("Ctrl+Shift+F8");
});

test("what moves about the page, and modifiers alone, are nobody's command", () => {
  const none = ["Tab", "Enter", " ", "Escape", "ArrowDown", "Shift", "Process"].map((key) => named(pressed(key)));
  expect(none.every((name) => name === null)).toBe(true);
  expect(named(pressed("k", { metaKey: true }))).toBeNull();
});

test("a conflict, a browser's own key, and an end of a call without a modifier are refused", () => {
  const keys = { ...FIRST_KEYS };
  expect(refusal("mute", "A", keys)).toEqual({ why: "taken", by: "answer" });
  expect(refusal("answer", "A", keys)).toBeNull();
  expect(refusal("mute", "Ctrl+W", keys)).toEqual({ why: "browser" });
  expect(refusal("hang_up", "X", keys)).toEqual({ why: "modifier" });
  expect(refusal("hang_up", "Alt+X", keys)).toBeNull();
});

test("what was kept counts only where each command has a key that it may have", () => {
  expect(areKeys(FIRST_KEYS)).toBe(true);
  expect(areKeys({ ...FIRST_KEYS, mute: "A" })).toBe(false);
  expect(areKeys({ ...FIRST_KEYS, decline: "D" })).toBe(false);
  expect([null, 3, {}, { answer: "A" }].some(areKeys)).toBe(false);
});
