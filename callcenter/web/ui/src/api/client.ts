/** The API as its document describes it: every answer that is no success is a `Problem`, in the reader's language. */
import createClient, { type Middleware } from "openapi-fetch";

import { language } from "@/locale";

import type { components, paths } from "./schema";

export type Shape = components["schemas"];

/** What went wrong, as the service says it (RFC 9457). */
export class Problem extends Error {
  readonly kind: string;
  readonly status: number;
  readonly said: Record<string, unknown>;

  constructor(status: number, said: Record<string, unknown>) {
    super(typeof said.detail === "string" && said.detail ? said.detail : String(said.title ?? status));
    this.status = status;
    this.said = said;
    this.kind = String(said.type ?? "").replace("urn:callcenter:problem:", "") || "unreachable";
  }

  /** After how many seconds it may be asked again; 0: nothing was said. */
  get retryAfter(): number {
    return Number(this.said.retry_after) || 0;
  }

  get title(): string {
    return String(this.said.title ?? "");
  }
}

/** What the page sends along, and whom it tells that the session is over. */
export const asking = {
  csrf: "",
  sessionLost: (): void => undefined,
  /** Is told that this browser is signed in anew by now, in another tab. */
  othersSession: (): void => undefined,
  /** Asks for the password once more; tells whether it was given. */
  prove: (): Promise<boolean> => Promise.resolve(false),
};

/** Makes a key by which the same request, sent again, is the same. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const SAFE = new Set(["GET", "HEAD"]);

const dressed: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", language());
    if (!SAFE.has(request.method)) {
      request.headers.set("X-CSRF-Token", asking.csrf);
      if (!request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", newKey());
    }
    return request;
  },
};

export const api = createClient<paths>({ credentials: "same-origin" });
api.use(dressed);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** An answer and the version that a change of it must name. */
export interface Versioned<T> {
  data: T;
  version: string;
}

/** Waits for an answer; raises a `Problem` for everything else, also where the service is not reached. */
export async function ask<T>(asked: Promise<Answer<T>>): Promise<T> {
  return (await askVersioned(asked)).data;
}

/** As `ask`, with the answer's ETag. */
export async function askVersioned<T>(asked: Promise<Answer<T>>): Promise<Versioned<T>> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch {
    throw new Problem(0, {});
  }
  if (!answer.response.ok) {
    const retry_after = answer.response.headers.get("Retry-After");
    const problem = new Problem(answer.response.status, { ...toldBy(answer.error), retry_after });
    if (problem.kind === "not-signed-in") asking.sessionLost();
    if (problem.kind === "foreign-request") asking.othersSession();
    throw problem;
  }
  return { data: answer.data as T, version: answer.response.headers.get("ETag") ?? "" };
}

/** Asks for what the document does not describe yet; `keepalive`: it is heard also where the page is left meanwhile. */
export async function askPlain<T>(method: "GET" | "POST", path: string, body?: unknown, keepalive = false): Promise<T> {
  const headers: Record<string, string> = { "Accept-Language": language(), Accept: "application/json" };
  if (method === "POST") {
    headers["Content-Type"] = "application/json";
    headers["X-CSRF-Token"] = asking.csrf;
    headers["Idempotency-Key"] = newKey();
  }
  const sent = fetch(path, { method, headers, keepalive, body: body === undefined ? undefined : JSON.stringify(body) });
  return ask<T>(
    sent.then(async (response) => {
      const read: unknown = await response.json().catch(() => ({}));
      return response.ok ? { data: read as T, response } : { error: read, response };
    }),
  );
}

function toldBy(error: unknown): Record<string, unknown> {
  return typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
}
