/** What the live stream has told, as one value: events go in, the next value comes out; nothing is asked of a clock. */

export interface QueueNow {
  queue: string;
  waiting: number;
  oldest_joined_at: number | null;
  /** Agents who serve it: those who can be called now, and all. */
  ready: number;
  signed_in: number;
  /** Of today. */
  answered: number;
  abandoned: number;
  other_exits: number;
  refused: number;
  threshold_seconds: number;
  service_level: number | null;
}

export interface AgentNow {
  agent: string;
  state: string;
  reason: string | null;
  since: number | null;
  queues: string[];
  team: string | null;
  /** Rings missed today. */
  missed: number;
  /** The phone does not answer the switch; how often that began today. */
  unreachable: boolean;
  phone_losses: number;
  /** How often today the page could not ring, or lost a call. */
  page_failures: number;
  /** To whom they listen. */
  listens: ListensNow | null;
}

/** `mode` null: not by the service's own way. */
export interface ListensNow {
  agent: string;
  mode: "listen" | "whisper" | "barge" | null;
}

/** What happens with a call, as the topic `calls` says it. */
export interface CallNow {
  what: string;
  at: number | null;
  uniqueid: string;
  queue: string | null;
  agent: string | null;
  caller?: string | null;
  /** Of a talk: since when the phone that was answered had rung, where that was told. */
  rang_at?: number | null;
}

export interface CardNow {
  id: string;
  name: string;
  customer_class: string | null;
  key_account: boolean;
  queue: string | null;
  group: string | null;
  owner: string | null;
}

/** Who calls, as the topic `pops` says it. */
export interface PopNow {
  visit: { uniqueid: string; queue: string; visit: number | null };
  call: string | null;
  queue: string;
  at: number | null;
  caller: string | null;
  kind: string;
  waited_seconds: number | null;
  customer: { id: string | null; match: string; candidates: string[] } | null;
  cards: CardNow[];
  contacts: { at: number | null; queue: string | null; outcome: string; agent: string | null; words: string | null; callback_by?: number | null }[];
  cases: { id: string; number: string | null; state: string; due: number | null; agent: string | null; what: string | null }[];
  repeat_of?: string | null;
  open_lost?: number;
  served_last?: string | null;
}

/** Somebody listens to one's own call; `mode` null: not by the service's own way. */
export interface ListenerNow {
  line: string;
  by: string | null;
  mode: "listen" | "whisper" | "barge" | null;
}

export interface RingRules {
  seconds: number;
  most: number;
}

export interface LiveState {
  /** The number of the latest event. */
  id: number;
  zone: string | undefined;
  rings: RingRules | null;
  /** The name of the service level's formula. */
  formula: string | null;
  /** How far the switch's clock is before ours, in seconds. */
  ahead: number;
  queues: Record<string, QueueNow>;
  agents: Record<string, AgentNow>;
  /** Phones that ring and talks that last, by agent and call. */
  ringing: Record<string, CallNow>;
  talking: Record<string, CallNow>;
  /** Talks in which the switch says that the agent holds. */
  held: Record<string, CallNow>;
  /** The latest call of each agent that ended. */
  ended: Record<string, CallNow>;
  pops: Record<string, PopNow>;
  lost: Record<string, { open: number; since: number | null }>;
  /** Who listens to one's own call, by their line. */
  listening: Record<string, ListenerNow>;
  /** Whom oneself listens to, by the own line. */
  hearing: Record<string, ListensNow>;
  /** Grow with each thing that is told of a topic: whoever shows a list of it asks anew. */
  news: { lost: number; cases: number; records: number; desk: number; acts: number };
  followed: boolean;
  /** When our clock read so, the switch's last word was so old; null: it was never heard. */
  age: { seconds: number | null; heardAt: number };
}

/** One event, and when our clock heard it, in seconds. */
export interface LiveEventTold {
  name: string;
  id: number | null;
  said: Record<string, unknown>;
  heardAt: number;
}

export function nothingTold(): LiveState {
  return {
    id: 0,
    zone: undefined,
    rings: null,
    formula: null,
    ahead: 0,
    queues: {},
    agents: {},
    ringing: {},
    talking: {},
    held: {},
    ended: {},
    pops: {},
    lost: {},
    listening: {},
    hearing: {},
    news: { lost: 0, cases: 0, records: 0, desk: 0, acts: 0 },
    followed: false,
    age: { seconds: null, heardAt: 0 },
  };
}

/** Returns what is true after an event; a word that is not known changes nothing. */
export function told(state: LiveState, event: LiveEventTold): LiveState {
  const next = event.id === null ? state : { ...state, id: event.id };
  switch (event.name) {
    case "snapshot":
      return begun(next, event);
    case "age":
      return aged(next, event.said, event.heardAt);
    case "floor":
      return onFloor(next, event.said);
    case "calls":
      return called(next, event.said as unknown as CallNow);
    case "pops": {
      const pop = event.said as unknown as PopNow;
      return { ...next, pops: { ...next.pops, [pop.visit.uniqueid]: pop } };
    }
    case "acts":
      return acted(next, event.said);
    case "lost_calls":
      return lostTold(next, event.said);
    case "cases":
      return { ...next, news: { ...next.news, cases: next.news.cases + 1 } };
    case "desk":
      return { ...next, news: { ...next.news, desk: next.news.desk + 1 } };
    case "violations":
      return { ...next, news: { ...next.news, records: next.news.records + 1 } };
    default:
      return next;
  }
}

interface FloorSaid {
  now: number;
  timezone: string;
  rings?: RingRules;
  service_level?: string;
  queues: QueueNow[];
  agents: AgentNow[];
}

function begun(state: LiveState, event: LiveEventTold): LiveState {
  const said = event.said;
  const floor = said.floor as FloorSaid | undefined;
  const calls = (said.calls ?? []) as CallNow[];
  const pops = (said.pops ?? []) as PopNow[];
  const acts = (said.acts ?? []) as (ListenerNow & ListensNow & { what: string })[];
  const rung = byCall(calls.filter((one) => one.what === "rang"));
  const talking = byCall(calls.filter((one) => one.what === "talk_began").map((one) => answered(one, rung)));
  const fresh: LiveState = {
    ...nothingTold(),
    id: state.id,
    ended: state.ended,
    zone: floor?.timezone,
    rings: floor?.rings ?? null,
    formula: floor?.service_level ?? null,
    ahead: floor === undefined ? 0 : floor.now - event.heardAt,
    queues: Object.fromEntries((floor?.queues ?? []).map((one) => [one.queue, one])),
    agents: Object.fromEntries((floor?.agents ?? []).map((one) => [one.agent, one])),
    // an offer lasts as long as its talk, but what was answered rings no more
    ringing: Object.fromEntries(Object.entries(rung).filter(([named]) => !(named in talking))),
    talking,
    held: byCall(calls.filter((one) => one.what === "held")),
    pops: Object.fromEntries(pops.map((one) => [one.visit.uniqueid, one])),
    lost: (said.lost_calls ?? {}) as LiveState["lost"],
    // what was told in between is not known: every list is asked anew
    news: { lost: state.news.lost + 1, cases: state.news.cases + 1, records: state.news.records + 1, desk: state.news.desk + 1, acts: state.news.acts + 1 },
    listening: Object.fromEntries(acts.filter((one) => one.what === "listens").map((one) => [one.line, one])),
    hearing: Object.fromEntries(acts.filter((one) => one.what === "hears").map((one) => [one.line, one])),
  };
  return aged(fresh, (said.age ?? {}) as Record<string, unknown>, event.heardAt);
}

function byCall(calls: CallNow[]): Record<string, CallNow> {
  return Object.fromEntries(calls.map((one) => [key(one), one]));
}

/** Returns a talk with the beginning of the ring that it ended. */
function answered(talk: CallNow, ringing: Record<string, CallNow>): CallNow {
  return { ...talk, rang_at: ringing[key(talk)]?.at ?? null };
}

/** Names a call of an agent. */
export function key(call: Pick<CallNow, "agent" | "uniqueid">): string {
  return `${call.agent ?? ""}\n${call.uniqueid}`;
}

function aged(state: LiveState, said: Record<string, unknown>, heardAt: number): LiveState {
  const seconds = typeof said.data_age_seconds === "number" ? said.data_age_seconds : null;
  return { ...state, followed: said.state === "followed", age: { seconds, heardAt } };
}

function onFloor(state: LiveState, said: Record<string, unknown>): LiveState {
  if (said.queue !== undefined) {
    const queue = said.queue as QueueNow;
    return { ...state, queues: { ...state.queues, [queue.queue]: queue } };
  }
  if (said.agent !== undefined) {
    const agent = said.agent as AgentNow;
    return { ...state, agents: { ...state.agents, [agent.agent]: agent } };
  }
  return { ...state, agents: without(state.agents, String(said.agent_gone)) };
}

function called(state: LiveState, call: CallNow): LiveState {
  const named = key(call);
  switch (call.what) {
    case "rang":
      return { ...state, ringing: { ...state.ringing, [named]: call } };
    case "offer_ended":
      return { ...state, ringing: without(state.ringing, named) };
    case "talk_began":
      return { ...state, talking: { ...state.talking, [named]: answered(call, state.ringing) }, ringing: without(state.ringing, named) };
    case "talk_ended": {
      const ended = call.agent === null ? state.ended : { ...state.ended, [call.agent]: call };
      return { ...state, talking: without(state.talking, named), held: without(state.held, named), ended };
    }
    case "held":
      return { ...state, held: { ...state.held, [named]: call } };
    case "taken_back":
      return { ...state, held: without(state.held, named) };
    case "visit_ended":
      return { ...state, pops: without(state.pops, call.uniqueid), ringing: withoutCall(state.ringing, call.uniqueid) };
    default:
      return state;
  }
}

function acted(state: LiveState, said: Record<string, unknown>): LiveState {
  const who = said as unknown as ListenerNow & ListensNow;
  if (said.what === "listens") return { ...state, listening: { ...state.listening, [who.line]: who } };
  if (said.what === "hears") return { ...state, hearing: { ...state.hearing, [who.line]: who } };
  if (said.what === "listened") return { ...state, listening: without(state.listening, who.line), hearing: without(state.hearing, who.line) };
  return { ...state, news: { ...state.news, acts: state.news.acts + 1 } };
}

function lostTold(state: LiveState, said: Record<string, unknown>): LiveState {
  const news = { ...state.news, lost: state.news.lost + 1 };
  return said.what === "waiting" ? { ...state, lost: said.queues as LiveState["lost"], news } : { ...state, news };
}

function without<T>(all: Record<string, T>, gone: string): Record<string, T> {
  return gone in all ? Object.fromEntries(Object.entries(all).filter(([name]) => name !== gone)) : all;
}

function withoutCall(all: Record<string, CallNow>, uniqueid: string): Record<string, CallNow> {
  return Object.fromEntries(Object.entries(all).filter(([, call]) => call.uniqueid !== uniqueid));
}
