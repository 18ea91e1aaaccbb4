/** One thing as it stands and the version that a change of it must name, read anew when something happens with it. */
import { onMounted, reactive } from "vue";

import { Problem, type Versioned } from "@/api/client";
import { say } from "@/locale";

import { whenChanged } from "./settled";

export interface One<T> {
  whole: T | null;
  /** What a change must name. */
  version: string;
  fault: string;
  kind: "fault" | "forbidden" | "empty" | "loading";
  again: () => Promise<void>;
}

/** Reads it, and anew whenever `changes` says something else. */
export function useOne<T>(read: () => Promise<Versioned<T>>, changes: () => unknown = () => 0): One<T> {
  let asked = 0;
  let latest: Promise<void> = Promise.resolve();
  const one = reactive({ whole: null, version: "", fault: "", kind: "loading", again }) as One<T>;

  function again(): Promise<void> {
    latest = take(++asked);
    return latest;
  }

  /** What was overtaken is over when the one that overtook it is: whoever waits for it reads what is there. */
  async function take(mine: number): Promise<void> {
    try {
      const found = await read();
      if (mine !== asked) return await latest;
      Object.assign(one, { whole: found.data, version: found.version, fault: "" });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (mine !== asked) return await latest;
      const kind = error.kind === "forbidden" ? "forbidden" : error.kind === "not-found" ? "empty" : "fault";
      Object.assign(one, { kind, fault: error.status === 0 ? say("frame.unreachable") : error.message });
      // what one may not read any more is not left standing
      if (kind !== "fault") one.whole = null;
    }
  }

  onMounted(again);
  whenChanged(changes, again);
  return one;
}
