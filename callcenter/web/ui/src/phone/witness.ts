/** What the page bears witness of, said in order and never lost: what the service does not hear is said again later. */
import { Problem } from "@/api/client";

import { now } from "./clock";

export type PageWord =
  | "could_not_ring"
  | "cut_short"
  | "rang"
  | "page_hidden"
  | "page_shown"
  | "microphone_lost"
  | "microphone_back"
  | "sound_locked"
  | "sound_unlocked"
  | "registered"
  | "unregistered"
  | "left_page"
  | "can_ring";

export interface Told {
  uniqueid?: string | null;
  device?: string;
  detail?: string;
}

export interface Fact extends Told {
  at: string;
  what: PageWord;
}

/** What became of some facts: taken, never to be taken, or to be said again (in so many seconds). */
export type Heard = "taken" | "refused" | { again: number };

const MOST_KEPT = 200;
const MOST_AT_ONCE = 50;
/** What the service takes as a name. */
const MOST_LETTERS = 80;
const AGAIN_MS = 5000;

/** Tells what an error makes of some facts; raises what is none of the service's. */
export function heardBy(error: unknown): Heard {
  if (!(error instanceof Problem)) throw error;
  // what is malformed, and what an account may not say, is not heard later either; a page that is out of date is
  return [400, 403, 422].includes(error.status) && error.kind !== "foreign-request" ? "refused" : { again: error.retryAfter };
}

/** What of earlier pages of this browser was not heard yet. */
export interface Shelf {
  read(): Fact[];
  write(facts: Fact[]): void;
}

export class Witness {
  private facts: Fact[];
  private saying = false;
  private over = false;
  /** One at a time where the service refused many: one that is malformed takes no other with it. */
  private atOnce = MOST_AT_ONCE;
  private again: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly send: (facts: Fact[]) => Promise<Heard>,
    private readonly shelf: Shelf,
  ) {
    this.facts = shelf.read();
    if (this.facts.length > 0) void this.say();
  }

  tell(what: PageWord, told: Told = {}): void {
    const fact: Fact = { at: new Date(now()).toISOString(), what, uniqueid: told.uniqueid ?? null };
    this.facts.push({ ...fact, device: cut(told.device), detail: cut(told.detail) });
    this.facts.splice(0, this.facts.length - MOST_KEPT);
    this.shelf.write(this.facts);
    void this.say();
  }

  /** Says nothing any more; what is left is said by the next page of this browser. */
  close(): void {
    this.over = true;
    if (this.again !== null) clearTimeout(this.again);
  }

  /** Says what is left, now; after the network or the session came back. */
  async say(): Promise<void> {
    if (this.saying || this.over || this.facts.length === 0) return;
    if (this.again !== null) clearTimeout(this.again);
    this.again = null;
    this.saying = true;
    const some = this.facts.slice(0, this.atOnce);
    const heard = await this.send(some);
    this.saying = false;
    if (typeof heard === "object") {
      if (this.over) return;
      this.again = setTimeout(() => void this.say(), heard.again > 0 ? heard.again * 1000 : AGAIN_MS);
      return;
    }
    if (heard === "refused" && some.length > 1) {
      this.atOnce = 1;
    } else {
      this.facts = this.facts.filter((fact) => !some.includes(fact));
      this.shelf.write(this.facts);
      if (this.facts.length === 0) this.atOnce = MOST_AT_ONCE;
    }
    await this.say();
  }
}

/** Cuts what a device or a browser calls itself to what the service takes. */
function cut(text: string | undefined): string | undefined {
  return [...(text ?? "").replace(/[\p{Cc}\p{Cs}]/gu, " ")].slice(0, MOST_LETTERS).join("") || undefined;
}
