import { expect, test } from "vitest";

import { usable } from "./devices";
import { troubleOf } from "./state";
import { wav } from "./tones";
import { channelOf, dialable, nameOf, numberOf } from "./words";

test("what a switch or a caller sends is cut to what such a thing has", () => {
  expect(numberOf('+86 138"><script>')).toBe("+86138script");
  expect(numberOf("9".repeat(99))).toHaveLength(40);
  expect(nameOf("  陈\u202e女士\u0000\r\n ")).toBe("陈女士");
  expect(nameOf("x".repeat(500))).toHaveLength(60);
  expect([numberOf(undefined), nameOf(7)]).toEqual(["", ""]);
});

test("a channel is one as Asterisk writes it, and nothing else", () => {
  expect(channelOf("lab-1795995773.18")).toBe("lab-1795995773.18");
  for (const told of ["", "a b", "a\r\nb", "x".repeat(151), undefined]) expect(channelOf(told)).toBeNull();
});

test("only what is a number or a name at the switch is dialled", () => {
  expect(["13800138000", "*47123456", "1007"].every(dialable)).toBe(true);
  expect(["", "a b", "1;x=y", "a@b", "1".repeat(41)].some(dialable)).toBe(false);
});

test("a device that is not plugged in is the system's own", () => {
  expect([usable("a", [{ deviceId: "a" }]), usable("b", [{ deviceId: "a" }]), usable("", [])]).toEqual(["a", "", ""]);
});

test("the first trouble is told, and none while the phone is not this page's", () => {
  const state = { link: "registered", sound: "locked", microphone: "denied" } as const;
  expect(troubleOf(state, "trouble.ring")).toBe("trouble.sound");
  expect(troubleOf({ ...state, sound: "open" }, "trouble.ring")).toBe("trouble.denied");
  expect(troubleOf({ ...state, sound: "open", microphone: "open" }, "trouble.ring")).toBe("trouble.ring");
  expect(troubleOf({ ...state, link: "elsewhere" }, "trouble.ring")).toBeNull();
});

test("a sound is a file that a browser plays", () => {
  const file = new Uint8Array(wav([[0.01, 450]]));
  expect([String.fromCharCode(...file.slice(0, 4)), file.length]).toEqual(["RIFF", 44 + 160]);
});
