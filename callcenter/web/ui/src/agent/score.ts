/** One's month, line by line. */
import { api, ask, type Shape } from "@/api/client";

/** The month of a day as the service writes it; `day` is of the department's zone. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** Reads a month's score; null where nobody has said what a month begins with, or it has not begun for this agent. */
export async function readScore(agent: string, month: string): Promise<Shape["ScoreDetail"] | null> {
  return (await ask(api.GET("/api/v1/scores/{agent}/{month}", { params: { path: { agent, month }, query: { or_none: true } } }))) ?? null;
}
