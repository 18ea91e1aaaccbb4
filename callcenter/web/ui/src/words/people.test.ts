import { afterEach, expect, test, vi } from "vitest";

import { api, Problem } from "@/api/client";

import { learnPeople, personName } from "./people";

afterEach(() => void vi.restoreAllMocks());

test("people are called by their names once those are known, and stay so where nobody answers", async () => {
  expect(personName("li")).toBe("li");
  const told = { data: { items: [{ account: "li", name: "李雷" }] }, response: new Response() };
  const asked = vi.spyOn(api, "GET").mockResolvedValue(told as never);
  await learnPeople();
  asked.mockRejectedValue(new Problem(0, {}));
  await learnPeople();
  expect([personName("li"), personName("ma"), personName("department:warehouse")]).toEqual(["李雷", "ma", "warehouse"]);
});
