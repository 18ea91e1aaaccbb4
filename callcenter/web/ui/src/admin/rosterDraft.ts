/** The week that is being worked on: read, changed, undone, tried out by the service, and kept in this browser. */
import { computed, onMounted, reactive, ref, watch } from "vue";

import { api, ask, type Shape } from "@/api/client";
import { toldBy } from "@/words/form";
import { SITE_DAYS, sealed } from "@/words/sealed";

import { begunIn, changedAgents, copied, daysOf, plus, SHEETS, type Times } from "./roster";

const SETTLE_MS = 400;
const MOST_UNDONE = 50;
const isTimes = (told: unknown): boolean => typeof told === "object" && told !== null && SHEETS.every((sheet) => Array.isArray((told as Record<string, unknown>)[sheet]));

async function read(first: string): Promise<Shape["RosterWeek"]> {
  return await ask(api.GET("/api/v1/roster", { params: { query: { from: first, days: 7 } } }));
}

/** Works on the week that `first` names. */
export function useRosterDraft(first: () => string) {
  const week = ref<Shape["RosterWeek"] | null>(null);
  const was = ref<Times>({ shifts: [], leave: [], breaks: [] });
  const now = ref<Times>(was.value);
  const before = ref<Times[]>([]);
  const tried = reactive({ conflicts: [] as Shape["ConflictShown"][], fault: "" });
  const fault = ref("");
  let asked = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const agents = computed(() => changedAgents(was.value, now.value));
  const days = computed(() => daysOf(first(), agents.value, now.value));
  /** Of whom the week is changed by what the draft comes to, of the others by what holds. */
  const conflicts = computed(() => [...(week.value?.conflicts ?? []).filter((one) => !agents.value.includes(one.agent)), ...tried.conflicts]);
  const draftOf = (monday: string) => sealed<Times>(`roster.${monday}`, isTimes, SITE_DAYS);
  const store = () => draftOf(first());

  async function load(): Promise<void> {
    const mine = ++asked;
    try {
      const found = await read(first());
      if (mine !== asked) return;
      week.value = found;
      was.value = begunIn(found, first());
      now.value = store().read() ?? was.value;
      before.value = [];
      fault.value = "";
      await attempt();
    } catch (error) {
      if (mine === asked) fault.value = toldBy(error);
    }
  }

  /** Asks the service what is in conflict. */
  async function attempt(): Promise<void> {
    if (agents.value.length === 0) {
      Object.assign(tried, { conflicts: [], fault: "" });
      return;
    }
    try {
      const told = await ask(api.POST("/api/v1/roster/check", { body: days.value }));
      Object.assign(tried, { conflicts: told.conflicts, fault: told.fault ?? "" });
    } catch (error) {
      tried.fault = toldBy(error);
    }
  }

  function set(next: Times): void {
    before.value = [...before.value.slice(-MOST_UNDONE), now.value];
    put(next);
  }

  function put(next: Times): void {
    now.value = next;
    if (agents.value.length > 0) store().write(next);
    else store().forget();
    clearTimeout(waiting);
    waiting = setTimeout(() => void attempt(), SETTLE_MS);
  }

  function undo(): void {
    const last = before.value.at(-1);
    if (last === undefined) return;
    before.value = before.value.slice(0, -1);
    put(last);
  }

  async function copyBefore(): Promise<void> {
    try {
      const past = plus(first(), -7);
      const shown = draftOf(past).read() ?? begunIn(await read(past), past); // as it is seen there: with what is not proposed yet
      set(copied(now.value, shown.shifts, 7));
      fault.value = "";
    } catch (error) {
      fault.value = toldBy(error);
    }
  }

  async function forget(): Promise<void> {
    store().forget();
    await load();
  }

  onMounted(load);
  watch(first, load);
  return reactive({ week, now, agents, days, conflicts, tried, fault, undoable: computed(() => before.value.length > 0), load, set, undo, copyBefore, forget });
}
