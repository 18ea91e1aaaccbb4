/** Files that people send: as they are, in the body of the request. */
import { language } from "@/locale";

import { ask, asking, newKey } from "./client";

/** Sends a file; raises a `Problem`. */
export function sendFile<T>(path: string, query: Record<string, string>, file: Blob): Promise<T> {
  const headers = {
    Accept: "application/json",
    "Accept-Language": language(),
    "Content-Type": "application/octet-stream",
    "Idempotency-Key": newKey(),
    "X-CSRF-Token": asking.csrf,
  };
  const sent = fetch(`${path}?${new URLSearchParams(query).toString()}`, { method: "POST", headers, body: file });
  return ask<T>(
    sent.then(async (response) => {
      const read: unknown = await response.json().catch(() => ({}));
      return response.ok ? { data: read as T, response } : { error: read, response };
    }),
  );
}
