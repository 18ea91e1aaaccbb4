/** Masked numbers: who gives a reason reads one in full, and the log has it. */
import { api, ask, type Shape } from "@/api/client";

/** What a number is shown with: something that happened, or a customer's card. */
export interface NumberOf {
  of: Shape["NumberOf"] | "customer";
  id: string;
}

/** Tells whether a number is shown in part alone. */
export function isMasked(number: string | null | undefined): boolean {
  return number?.includes("*") === true;
}

/** Asks for a number; of a customer's card all of its numbers. */
export async function reveal(what: NumberOf, reason: string): Promise<string> {
  if (what.of !== "customer") {
    return (await ask(api.POST("/api/v1/numbers/reveal", { body: { of: what.of, id: what.id, reason } }))).number;
  }
  const params = { path: { number: what.id } };
  await ask(api.POST("/api/v1/customers/{number}/reveal", { params, body: { reason } }));
  const card = await ask(api.GET("/api/v1/customers/{number}", { params }));
  return card.numbers.map((one) => one.raw).join(" · ");
}
