/** Puts the phone into the page: whose the service says it is, in this browser's one tab that has it. */
import { askPlain, Problem } from "@/api/client";
import { type PhoneTold, useDesk } from "@/desk/store";
import { ALONE, useLive } from "@/live/store";
import { say } from "@/locale";
import { useSession } from "@/session/store";
import { kept } from "@/words/kept";
import { only } from "@/words/only";

import { Alert } from "./alert";
import { watchSleep } from "./awake";
import { watchPlugs } from "./devices";
import { Engine } from "./engine";
import { Levels } from "./levels";
import type { LineSettings } from "./line";
import { Microphone, permission } from "./microphone";
import { type PhoneCall, pagePhone } from "./port";
import type { Summary } from "./quality";
import { SipLine } from "./sip";
import { Sound } from "./sound";
import { OneTab } from "./tabs";
import { type Fact, heardBy, type Heard, Witness } from "./witness";

const ASK_MS = 2000;

/** The phone that is begun, and what the page tells it. */
export interface Begun {
  /** Another session has it now. */
  takenOver(): void;
  /** The session is over under us: no call comes until somebody signs in again, what is said goes on. */
  lost(): void;
  back(): void;
  end(): void;
}

export function begin(account: string, told: PhoneTold): Begun {
  const shelf = kept<Fact[]>(`witness:${account}`, Array.isArray);
  const witness = new Witness(sent, { read: () => shelf.read() ?? [], write: (facts) => shelf.write(facts) });
  const engine = engineOf(told, witness);
  const tab = new OneTab(
    `callcenter-phone:${account}`,
    { locks: (navigator as Partial<Navigator>).locks ?? (ALONE as unknown as LockManager), channel: (name) => new BroadcastChannel(name), title: () => document.title },
    {
      have() {
        engine.given(useDesk().desk?.phone?.taken === true ? "elsewhere" : "off");
        if (engine.state.link === "off") void engine.take().catch(() => undefined);
      },
      yield: (where) => engine.given("other_tab", where),
      busy: () => engine.busy,
      refused: () => engine.say("notice.other_tab"),
    },
  );
  engine.claim = () => tab.claim();
  pagePhone.value = engine;
  const ends = [watched(engine), () => tab.close(), () => engine.close(), () => witness.close()];
  return {
    takenOver: () => tab.has && engine.given("elsewhere"),
    lost: () => tab.has && engine.given("off"),
    back() {
      void witness.say();
      if (tab.has) void engine.take().catch(() => undefined);
    },
    end: () => {
      if (pagePhone.value === engine) pagePhone.value = null;
      for (const end of ends) end();
    },
  };
}

type Given = Pick<LineSettings, "username" | "password" | "ice_servers">;

function engineOf(told: PhoneTold, witness: Witness): Engine {
  const microphone = new Microphone((state) => engine.microphoneIs(state));
  const levels = new Levels((now) => (engine.state.levels = now));
  const engine: Engine = new Engine({
    makeLine: (settings, watcher) => new SipLine(settings, watcher),
    secret: async (over) => {
      const given = await askPlain<Given>("POST", "/api/v1/desk/phone", { take_over: over });
      return { uri: told.uri, websocket: told.websocket, ...given };
    },
    sound: new Sound(),
    alert: new Alert(() => say("phone.rings")),
    levels,
    microphone,
    witness: (what, more) => witness.tell(what, more),
    measured: (summary, call) => void report(summary, call),
    talkedIn: () => talkedIn(),
    mine: () => stillMine(),
  });
  return engine;
}

/** Tells the phone what happens to the page; returns what ends that. */
function watched(engine: Engine): () => void {
  const left = (): void => engine.left();
  const clicked = (): void => void engine.clicked();
  globalThis.addEventListener("pagehide", left);
  globalThis.addEventListener("pointerup", clicked);
  globalThis.addEventListener("keydown", clicked);
  const unwatchedPlugs = watchPlugs(() => void engine.plugged());
  const allowed = permission().then((status) => {
    if (status !== undefined) status.onchange = () => void engine.permitted(status.state === "granted");
    return status;
  });
  const unwatched = watchSleep({
    hidden: (detail) => engine.seen(false, detail),
    shown: (detail) => engine.seen(true, detail),
    awake: () => engine.awake(),
  });
  return () => {
    globalThis.removeEventListener("pagehide", left);
    globalThis.removeEventListener("pointerup", clicked);
    globalThis.removeEventListener("keydown", clicked);
    unwatchedPlugs();
    void allowed.then((status) => status !== undefined && (status.onchange = null));
    unwatched();
  };
}

function talkedIn(): string | null {
  const [agent, talking] = [useSession().agent, Object.values(useLive().state.talking)];
  return only(talking.filter((call) => call.agent === agent))?.uniqueid ?? null;
}

/** Asks the service; where it does not answer, the phone is this page's as it was. */
async function stillMine(): Promise<boolean> {
  const desk = useDesk();
  try {
    await Promise.race([desk.look(), new Promise<void>((resolve) => setTimeout(resolve, ASK_MS))]);
  } catch (error) {
    if (error instanceof Problem && error.kind === "not-signed-in") return false;
  }
  return desk.desk?.phone?.taken !== true && !useSession().lost;
}

async function sent(facts: Fact[]): Promise<Heard> {
  try {
    await askPlain("POST", "/api/v1/desk/witness", { facts }, true);
    return "taken";
  } catch (error) {
    return heardBy(error);
  }
}

async function report(summary: Summary, call: PhoneCall): Promise<void> {
  const { direction, channel: uniqueid } = call;
  // a measurement that is lost is missed by nobody
  await askPlain("POST", "/api/v1/desk/quality", { ...summary, direction, uniqueid }, true).catch(() => undefined);
}

