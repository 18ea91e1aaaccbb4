/** What is pressed of the phone: the calls in order, and everything that a button or a key does with them. */
import { ElMessage } from "element-plus";
import { defineStore } from "pinia";
import { computed, ref, watch } from "vue";

import { useMatter } from "@/agent/store";
import { Problem } from "@/api/client";
import { useLive } from "@/live/store";
import { key } from "@/live/state";
import { has, say, sayOne } from "@/locale";
import { type PagePhone, pagePhone, TransferRefused } from "@/phone/port";
import { useSession } from "@/session/store";

import { type CallShown, inOrder, lackOf, shownOf } from "./call";

export type Panel = "transfer" | "keypad";

export const usePhone = defineStore("phone", () => {
  const live = useLive();
  const session = useSession();
  const matter = useMatter();
  const panel = ref<Panel | null>(null);
  /** Whom the transfer's opening has put on hold: closed without one, they are taken back. */
  const heldFor = ref<string | null>(null);
  const busy = ref(false);
  /** The consultation ends because it was asked to. */
  let ending = false;

  const phone = computed<PagePhone | null>(() => pagePhone.value);
  const state = computed(() => phone.value?.state ?? null);
  const consultation = computed(() => state.value?.consultation ?? null);
  const lack = computed(() => (state.value === null ? null : lackOf(state.value)));
  const calls = computed<CallShown[]>(() => {
    const agent = session.agent;
    if (agent === null) return [];
    const of = state.value;
    const here = of !== null && (of.calls.length > 0 || of.link === "registered" || of.link === "connecting");
    if (here) return inOrder(of.calls.map((call) => shownOf(call, live.state, agent)), of.consultation);
    const about = matter.matter;
    return about === null || about.phase === "wrap_up" ? [] : [elsewhere(agent, about)];
  });
  const current = computed(() => calls.value[0] ?? null);
  const ringing = computed(() => calls.value.find((call) => call.phase === "ringing") ?? null);
  const talking = computed(() => (current.value?.phase === "talking" ? current.value : null));

  /** What the switch tells of a call that is on a desk phone, or in another browser: nothing of it can be pressed here. */
  function elsewhere(agent: string, about: NonNullable<typeof matter.matter>): CallShown {
    return {
      key: null, direction: "in", phase: about.phase === "ringing" ? "ringing" : "talking",
      uniqueid: about.uniqueid, queue: about.queue, number: "", name: "", since: about.since,
      muted: false, held: key({ agent, uniqueid: about.uniqueid }) in live.state.held, asked: false, quality: null,
    };
  }

  async function tried(work: (phone: PagePhone) => unknown): Promise<boolean> {
    const of = phone.value;
    if (of === null) return false;
    busy.value = true;
    try {
      await work(of);
      return true;
    } catch (error) {
      ElMessage.error(said(error));
      return false;
    } finally {
      busy.value = false;
    }
  }

  /** Does something with a call that this page has; false: there is none, or it did not work. */
  async function perform(work: (of: PagePhone, key: string, call: CallShown) => unknown, call: CallShown | null = current.value): Promise<boolean> {
    const named = call?.key ?? null;
    return call !== null && named !== null && tried((of) => work(of, named, call));
  }

  /** Answers whoever rings; whom one talks with waits. */
  async function answer(): Promise<void> {
    const call = ringing.value;
    const other = current.value;
    if (call === null) return;
    if (other !== null && other.key !== call.key && other.phase === "talking" && !other.held) {
      if (!(await perform((of, named) => of.hold(named, true), other))) return;
    }
    panel.value = null;
    await perform((of, named) => of.answer(named), call);
  }

  const decline = (): Promise<boolean> => perform((of, named) => of.decline(named), ringing.value);
  const mute = (): Promise<boolean> => perform((of, named, call) => of.mute(named, !call.muted), talking.value);
  const hold = (): Promise<boolean> => perform((of, named, call) => of.hold(named, !call.held), talking.value);
  const send = (digit: string): Promise<boolean> => perform((of, named) => of.send(named, digit), talking.value);

  /** Ends the call that the buttons are about; who was asked is left, and the caller taken back. */
  async function hangUp(): Promise<void> {
    if (current.value?.phase === "ringing") return;
    await (consultation.value !== null ? back() : perform((of, named) => of.hangUp(named)));
  }

  function back(): Promise<boolean> {
    ending = true;
    return tried((of) => of.back());
  }

  function complete(): Promise<boolean> {
    ending = true;
    return tried((of) => of.complete());
  }

  /** Talks with another of the own calls, and lets the one of now wait. */
  async function turnTo(call: CallShown): Promise<void> {
    if (consultation.value !== null) return void (await tried((of) => of.swap()));
    const other = talking.value;
    if (other !== null && !other.held && !(await perform((of, named) => of.hold(named, true), other))) return;
    await perform((of, named) => of.hold(named, false), call);
  }

  async function openTransfer(): Promise<void> {
    const call = talking.value;
    if (call === null || consultation.value !== null) return;
    panel.value = "transfer";
    if (!call.held && (await perform((of, named) => of.hold(named, true), call))) heldFor.value = call.key;
  }

  /** Closes what is open; whom only the transfer held is taken back. */
  async function closePanel(): Promise<void> {
    const named = heldFor.value;
    panel.value = heldFor.value = null;
    if (named !== null && consultation.value === null && calls.value.some((call) => call.key === named)) {
      await tried((of) => of.hold(named, false));
    }
  }

  async function handOn(how: "blind" | "consult", to: string): Promise<void> {
    const done = await perform((of, named) => (how === "blind" ? of.transfer(named, to) : of.consult(named, to)), talking.value);
    if (done) panel.value = heldFor.value = null;
  }

  /** Dials by the phone in the page; false: there is none that could. */
  async function dial(number: string): Promise<boolean> {
    if (lack.value !== null || phone.value === null) return false;
    return tried((of) => of.dial(number));
  }

  /** In a click: lets sound and microphone out, and takes the phone into this page; tells whether it can ring now. */
  async function prepare(): Promise<boolean> {
    await tried(async (of) => {
      await of.prepare();
      if (of.state.link === "off") await of.take();
    });
    return lack.value === null || lack.value === "connecting";
  }

  watch(consultation, (asking, before) => {
    const gone = before !== null && asking === null && !ending;
    if (asking === null) ending = false;
    if (gone && calls.value.some((call) => call.key === before?.waiting)) ElMessage.warning(say("transfer.asked_gone"));
  });
  watch(
    () => state.value?.notice ?? null,
    (notice) => notice !== null && has(notice) && ElMessage.info(say(notice)),
  );
  watch(
    () => [talking.value?.key, consultation.value !== null] as const,
    ([named, asking], [before]) => {
      if (asking || named !== before) panel.value = heldFor.value = null;
    },
  );

  return {
    phone, state, consultation, lack, calls, current, ringing, talking, panel, busy,
    tried, perform, answer, decline, mute, hold, send, hangUp, complete, turnTo, openTransfer, closePanel, handOn, dial, prepare,
  };
});

/** Says what went wrong, in words. */
function said(error: unknown): string {
  if (error instanceof TransferRefused) return sayOne("transfer.refused", transferWord(error.status));
  if (error instanceof Problem) return error.message || say("frame.unreachable");
  const told = error instanceof Error ? error.message : "";
  return has(told) ? say(told) : say("phone.failed");
}

function transferWord(status: number): string {
  if (status === 486 || status === 600) return "busy";
  if (status === 404 || status === 484 || status === 604) return "no_number";
  if (status === 0 || status === 408 || status === 480) return "no_answer";
  return status === 603 ? "declined" : "other";
}
