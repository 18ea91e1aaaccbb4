/** One case as it stands, read anew when something happens with cases. */
import { onMounted, reactive, watch } from "vue";

import { api, askVersioned, Problem, type Shape } from "@/api/client";
import { useLive } from "@/live/store";
import { say } from "@/locale";

export type Whole = Shape["CaseWhole"];
export type Offered = Shape["MoveOffered"];

export interface OneCase {
  whole: Whole | null;
  /** What a move must name. */
  version: string;
  fault: string;
  kind: "fault" | "forbidden" | "empty" | "loading";
  again: () => Promise<void>;
}

const SETTLE_MS = 300;

export function useCase(number: string): OneCase {
  const live = useLive();
  let asked = 0;
  let waiting: ReturnType<typeof setTimeout> | null = null;
  const one = reactive({ whole: null as Whole | null, version: "", fault: "", kind: "loading", again }) as OneCase;

  async function again(): Promise<void> {
    const mine = ++asked;
    try {
      const read = await askVersioned(api.GET("/api/v1/cases/{number}", { params: { path: { number } } }));
      if (mine === asked) Object.assign(one, { whole: read.data, version: read.version, fault: "" });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (mine !== asked) return;
      const kind = error.kind === "forbidden" ? "forbidden" : error.kind === "not-found" ? "empty" : "fault";
      Object.assign(one, { kind, fault: error.status === 0 ? say("frame.unreachable") : error.message });
      // what one may not read any more is not left standing
      if (kind !== "fault") one.whole = null;
    }
  }

  onMounted(again);
  watch(
    () => live.state.news.cases,
    () => {
      waiting ??= setTimeout(() => {
        waiting = null;
        void again();
      }, SETTLE_MS);
    },
  );
  return one;
}
