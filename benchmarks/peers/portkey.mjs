// Two things without which Portkey's gateway cannot be measured here: it changes headers of fetched
// answers, which Node forbids, and it listens on every address.
import net from "node:net";

const fetched = globalThis.fetch;
globalThis.fetch = async (...asked) => {
  const answer = await fetched(...asked);
  return new Response(answer.body, answer);
};

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...others) {
  const numbered = typeof port === "number" && typeof others[0] !== "string";
  return numbered ? listen.call(this, port, "127.0.0.1", ...others) : listen.call(this, port, ...others);
};
