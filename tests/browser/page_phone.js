// A phone for tests: put in the place where the page looks for its own, it does what it is asked, and keeps what that was.
async (given) => {
  const modules = performance.getEntriesByType("resource").map((one) => one.name).filter((url) => /\/assets\/[^/]+\.js$/.test(url));
  const exported = (await Promise.all(modules.map((url) => import(url)))).flatMap((one) => Object.values(one));
  const places = [...new Set(exported.filter((one) => one?.__v_isRef && one.__v_isShallow && (one.value === null || one.value?.take)))];
  if (places.length !== 1) throw new Error(`${places.length} places for a phone`);

  const device = (deviceId, label) => ({ deviceId, label });
  let state = {
    link: "registered", sound: "open", microphone: "open", trouble: null, notice: null, where: "", calls: [], consultation: null,
    devices: {
      microphones: [device("jabra", "Jabra Evolve2")],
      speakers: [device("jabra", "Jabra Evolve2"), device("loud", "Speakers (Realtek)")],
      microphone: "jabra", speaker: "jabra", ringer: "loud",
    },
    levels: { in: 0.62, out: 0.4 },
    ...given,
  };
  const asked = [];
  let proofs = 0;
  const is = (patch) => {
    state = { ...state, ...patch };
    places[0].value = { ...phone, state };
  };
  const of = (key, patch) => is({ calls: state.calls.map((call) => (call.key === key ? { ...call, ...patch } : call)) });
  const without = (...keys) => state.calls.filter((call) => !keys.includes(call.key));
  const call = (key, more = {}) => ({
    key, direction: "in", number: "13812345678", name: "", channel: key, phase: "ringing", since: Date.now(), muted: false, held: false,
    quality: null, ...more,
  });
  const out = (key, to) => call(key, { direction: "out", number: to, channel: null, phase: "dialling" });
  // what is asked is kept, with what it is asked of
  const does = (name, work) => (...words) => {
    asked.push([name, ...words]);
    return work(...words);
  };
  const phone = {
    prepare: does("prepare", async () => is({ sound: "open", microphone: "open" })),
    ringTest: does("ringTest", async () => true),
    prove: async () => void (proofs += 1),
    take: does("take", async () => is({ link: "registered" })),
    leave: does("leave", async () => is({ link: "off" })),
    answer: does("answer", (key) => of(key, { phase: "talking", since: Date.now() })),
    decline: does("decline", (key) => is({ calls: without(key) })),
    hangUp: does("hangUp", (key) => is({ calls: without(key) })),
    mute: does("mute", (key, muted) => of(key, { muted })),
    hold: does("hold", async (key, held) => of(key, { held })),
    send: does("send", () => undefined),
    dial: does("dial", async (number) => {
      is({ calls: [...state.calls, out("dialled", number)] });
      return "dialled";
    }),
    transfer: does("transfer", async (key) => is({ calls: without(key) })),
    consult: does("consult", async (key, to) => {
      of(key, { held: true });
      is({ calls: [...state.calls, out("asked", to)], consultation: { waiting: key, asked: "asked" } });
    }),
    complete: does("complete", async () => is({ calls: without(state.consultation.waiting, state.consultation.asked), consultation: null })),
    swap: does("swap", async () => is({ calls: state.calls.map((one) => ({ ...one, held: !one.held })) })),
    back: does("back", async () => is({ calls: without("asked"), consultation: null })),
    choose: does("choose", async (devices) => is({ devices: { ...state.devices, ...devices } })),
  };
  window.phone = {
    asked, is, of, calls: () => state.calls, proofs: () => proofs,
    ring: (key, more) => is({ calls: [...state.calls, call(key, more)] }),
    consulting: (key) => is({
      calls: [call(key, { phase: "talking", held: true }), call("asked", { direction: "out", number: "1002", name: "Bob", channel: null, phase: "talking" })],
      consultation: { waiting: key, asked: "asked" },
    }),
  };
  is({});
}
