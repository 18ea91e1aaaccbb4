/** Files of what a table shows: fetched whole, given to the browser, and stopped where somebody says so. */
import { language } from "@/locale";
import { Problem } from "@/api/client";

/** Fetches a file and lets the browser keep it; raises a `Problem`. */
export async function takeFile(path: string, query: URLSearchParams, stop: AbortSignal): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch(`${path}?${query.toString()}`, { headers: { "Accept-Language": language() }, signal: stop });
  } catch (error) {
    if (stop.aborted) return;
    throw new Problem(0, { detail: String(error) });
  }
  if (!answer.ok) throw new Problem(answer.status, (await answer.json().catch(() => ({}))) as Record<string, unknown>);
  const held = await answer.blob();
  const named = /filename="([\w.-]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(held);
  link.download = named?.[1] ?? "table";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
