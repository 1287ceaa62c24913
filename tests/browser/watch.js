// Put into every page before its own scripts: says whether the page waits for a run of its script on the server.
// What is clicked or typed sends a message that asks for a run; the server says when a run begins and when it has ended.
(() => {
  const ASKED = 11, BEGUN = 4, ENDED = 6, AGAIN = 2; // fields of Streamlit's BackMsg and ForwardMsg, and a way to end
  const watch = (window.biaochiWatch = { asked: true, running: false }); // a new page asks for its first run

  // The fields at the top of a protobuf message: number -> value of a whole number, null for everything else.
  function fields(data) {
    const bytes = new Uint8Array(data), found = {};
    let place = 0;
    const whole = () => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[place++];
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    };
    while (place < bytes.length) {
      const tag = whole(), kind = tag & 7;
      const value = kind === 0 || kind === 2 ? whole() : null;
      found[tag >> 3] = kind === 0 ? value : null;
      if (kind !== 0) place += kind === 2 ? value : kind === 1 ? 8 : 4;
    }
    return found;
  }

  function told(message) {
    if (BEGUN in message) Object.assign(watch, { asked: false, running: true });
    if (ENDED in message) Object.assign(watch, { asked: watch.asked || message[ENDED] === AGAIN, running: false });
  }

  window.WebSocket = class extends window.WebSocket {
    constructor(...address) {
      super(...address);
      this.addEventListener("message", (event) => told(fields(event.data)));
    }
    send(data) {
      if (ASKED in fields(data)) watch.asked = true;
      super.send(data);
    }
  };
})();
