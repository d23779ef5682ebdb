"""
What one writes first with Klein and treq: a URL as text, ``collect``, and json for each event.

    python naive.py PORT UPSTREAM_PORT
"""

import json
import sys

import treq
from klein import Klein

app = Klein()
port, upstream = map(int, sys.argv[1:])


@app.route("/v1/chat/completions", methods=["POST"])
async def chat(request):
    """Parse, edit, write; the same with each event."""
    body = json.load(request.content)
    body["model"] = body["model"].removeprefix("enter/")
    body["private"] = True
    url = f"http://127.0.0.1:{upstream}/v1/chat/completions"
    response = await treq.post(url, json=body)
    kind = response.headers.getRawHeaders("content-type")[0]
    request.setHeader("Content-Type", kind)
    if not kind.startswith("text/event-stream"):
        return await response.content()
    rest = b""

    def received(data):
        nonlocal rest
        *events, rest = (rest + data).split(b"\n\n")
        for event in events:
            if event != b"data: [DONE]":
                chunk = json.loads(event.removeprefix(b"data: "))
                event = b"data: " + json.dumps(chunk).encode()
            request.write(event + b"\n\n")

    await treq.collect(response, received)
    return rest


if __name__ == "__main__":
    app.run("127.0.0.1", port, logFile=open("/dev/null", "w"))  # noqa: SIM115
