// Listens to whatever voice reaches this page, and tells whether the page itself plays it.
(() => {
  const ears = new Map();
  const connections = [];
  const players = new Set();
  const Whole = window.RTCPeerConnection;
  let sound = null;
  window.RTCPeerConnection = class extends Whole {
    constructor(...given) {
      super(...given);
      connections.push(this);
    }
  };
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    players.add(this);
    return play.call(this);
  };
  const listen = (track) => {
    sound ??= new AudioContext();
    const stream = new MediaStream([track]);
    const analyser = new AnalyserNode(sound, { fftSize: 4096, smoothingTimeConstant: 0 });
    new MediaStreamAudioSourceNode(sound, { mediaStream: stream }).connect(analyser);
    // a browser decodes nothing that no element has
    const sink = new Audio();
    sink.muted = true;
    sink.srcObject = stream;
    void play.call(sink);
    return { analyser, sink };
  };
  const isPlayed = (track) =>
    [...players].some((one) => !one.paused && !one.muted && one.volume > 0 && one.srcObject?.getTracks().includes(track));
  const binsOf = (track) => {
    if (!ears.has(track)) ears.set(track, listen(track));
    const { analyser } = ears.get(track);
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    return { analyser, bins };
  };
  const loudest = (track) => {
    const { analyser, bins } = binsOf(track);
    const at = bins.reduce((best, value, place) => (value > bins[best] ? place : best), 0);
    return { hertz: Math.round((at * sound.sampleRate) / analyser.fftSize), loudness: Math.round(bins[at]), played: isPlayed(track) };
  };
  const voices = () =>
    connections
      .filter((one) => one.connectionState !== "closed")
      .flatMap((one) => one.getReceivers().map((receiver) => receiver.track))
      .filter((track) => track.readyState === "live");
  const loudnessAt = (track, hertz) => {
    const { analyser, bins } = binsOf(track);
    return bins[Math.round((hertz * analyser.fftSize) / sound.sampleRate)];
  };
  window.ear = {
    heard: () => voices().map(loudest),
    /** How loud a tone is, whatever else sounds. */
    beside: (hertz) => Math.max(-200, ...voices().map((track) => loudnessAt(track, hertz))),
  };
})();
