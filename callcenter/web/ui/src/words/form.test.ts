import { expect, test } from "vitest";

import { Problem } from "@/api/client";

import { useForm } from "./form";

test("a form is busy while it is sent, once at a time, and says what was said against it", async () => {
  const form = useForm();
  let go: () => void = () => undefined;
  const sent = form.send(() => new Promise<void>((resolve) => (go = resolve)));
  expect(form.busy.value).toBe(true);
  expect(await form.send(() => Promise.reject(new Error("twice")))).toBe(false);
  go();
  expect([await sent, form.busy.value, form.fault.value]).toEqual([true, false, ""]);
  const refused = new Problem(422, { detail: "too long" });
  expect(await form.send(() => Promise.reject(refused))).toBe(false);
  expect([form.busy.value, form.fault.value]).toEqual([false, "too long"]);
});

test("what is no answer of the service is a fault of the page, and is raised", async () => {
  const form = useForm();
  await expect(form.send(() => Promise.reject(new TypeError("x")))).rejects.toThrow("x");
  expect(form.busy.value).toBe(false);
});
