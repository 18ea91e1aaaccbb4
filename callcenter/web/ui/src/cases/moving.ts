/** The form of what somebody does with a case or an enquiry: which it is stands in the address, what is typed is kept. */
import { ElMessage } from "element-plus";
import { computed, type ComputedRef, ref, type Ref, watch } from "vue";
import { useRoute, useRouter } from "vue-router";

import { newKey, Problem } from "@/api/client";
import { say } from "@/locale";
import type { One } from "@/table/one";

import { type MoveDraft, moveDraft } from "./drafts";
import { type Answers, type FormField, isBlank, line } from "./form";

export interface MoveHeader {
  "if-match": string;
  "idempotency-key": string;
}

export interface Moving<L> {
  /** What is being done; null: nothing. */
  open: ComputedRef<string | null>;
  answers: Ref<Answers>;
  fault: Ref<string>;
  /** Fields that the service did not take. */
  wrong: Ref<string[]>;
  busy: Ref<boolean>;
  /** What others did while the form was open. */
  meanwhile: Ref<L[]>;
  choose: (move: string | null) => void;
  /** Sends what was typed, once; tells whether it was taken. */
  make: (move: string, form: readonly FormField[]) => Promise<boolean>;
}

/** `of` names what it is done with, `lines` is what was done before, `send` raises a problem. */
export function useMoving<T, L>(
  one: One<T>,
  of: { kind: "case" | "enquiry"; id: () => string; lines: () => readonly L[] },
  send: (move: string, told: Record<string, unknown>, header: MoveHeader) => Promise<unknown>,
): Moving<L> {
  const route = useRoute();
  const router = useRouter();
  const answers = ref<Answers>({});
  const fault = ref("");
  const wrong = ref<string[]>([]);
  const busy = ref(false);
  const meanwhile = ref([]) as Ref<L[]>;
  const open = computed(() => (typeof route.query.do === "string" ? route.query.do : null));
  const draft = (move: string) => moveDraft(of.kind, of.id(), move);
  /** It as it was when the form was opened, or when what happened meanwhile was told. */
  let seen = { version: "", lines: 0 };
  let sent = { key: newKey(), line: "" };

  function choose(move: string | null): void {
    void router.replace({ path: route.path, query: { ...route.query, do: move ?? undefined } });
  }

  function remember(): void {
    seen = { version: one.version, lines: of.lines().length };
  }

  function begin(kept: MoveDraft | null): void {
    answers.value = kept?.answers ?? {};
    sent = kept === null ? { key: newKey(), line: "" } : { key: kept.key, line: kept.sent };
    fault.value = "";
    wrong.value = [];
    meanwhile.value = [];
    remember();
  }

  function keep(): void {
    if (open.value === null) return;
    if (isBlank(answers.value)) draft(open.value).forget();
    else draft(open.value).write({ answers: answers.value, key: sent.key, sent: sent.line });
  }

  watch(open, (move) => begin(move === null ? null : draft(move).read()), { immediate: true });
  watch(answers, keep, { deep: true });

  async function make(move: string, form: readonly FormField[]): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    fault.value = "";
    wrong.value = [];
    const body = line(form, answers.value);
    const told = JSON.stringify([{ do: move, ...body }, seen.version]);
    if (sent.line !== told) sent = { key: newKey(), line: told };
    keep();
    try {
      await send(move, body, { "if-match": seen.version, "idempotency-key": sent.key });
      draft(move).forget();
      answers.value = {};
      choose(null);
      ElMessage.success(say("case.moved"));
      await one.again();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await refused(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  /** Where somebody else moved it, that is told, and what was typed is sent only when it is sent again. */
  async function refused(error: Problem): Promise<void> {
    if (error.kind === "outdated") {
      const before = seen.lines;
      await one.again();
      meanwhile.value = of.lines().slice(before);
      remember();
      return;
    }
    fault.value = error.status === 0 ? say("frame.unreachable") : error.message;
    wrong.value = Array.isArray(error.said.fields) ? error.said.fields.map(String) : [];
    if (error.kind === "conflict") await one.again();
  }
  return { open, answers, fault, wrong, busy, meanwhile, choose, make };
}
