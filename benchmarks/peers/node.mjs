// The least that an own proxy in Node does: parse, edit two keys, write; look at each event.
//
//     node node.mjs PORT UPSTREAM_PORT
import http from "node:http";

const [port, upstream] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });

function relay(answer, reply) {
  let rest = "";
  answer.setEncoding("utf8");
  answer.on("data", (text) => {
    rest += text;
    for (let end; (end = rest.indexOf("\n\n")) >= 0; rest = rest.slice(end + 2)) {
      let event = rest.slice(0, end);
      if (event.includes('"finish_reason":"STOP"'))
        event = event.replace('"finish_reason":"STOP"', '"finish_reason":"stop"');
      if (!reply.write(event + "\n\n")) {
        answer.pause();
        reply.once("drain", () => answer.resume());
      }
    }
  });
  answer.on("end", () => reply.end(rest));
  answer.on("error", () => reply.destroy());
}

function ask(body, reply) {
  body.model = body.model.replace(/^enter\//, "");
  body.private = true;
  const data = Buffer.from(JSON.stringify(body));
  const headers = { "Content-Type": "application/json", "Content-Length": data.length };
  const path = "/v1/chat/completions";
  const options = { agent, host: "127.0.0.1", port: upstream, path, method: "POST", headers };
  const asked = http.request(options, (answer) => {
    reply.writeHead(answer.statusCode, { "Content-Type": answer.headers["content-type"] });
    if (body.stream) relay(answer, reply);
    else answer.pipe(reply);
  });
  asked.on("error", () => reply.destroy());
  reply.on("close", () => reply.writableFinished || asked.destroy());
  asked.end(data);
}

const server = http.createServer((request, reply) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => ask(JSON.parse(Buffer.concat(pieces)), reply));
});
server.listen(port, "127.0.0.1", 4096);
