"""
A good proxy on asyncio: aiohttp, uvloop and orjson. Parses, edits and writes the request, parses
each event and passes on its bytes.

    python aiohttp_proxy.py PORT UPSTREAM_PORT
"""

import sys

import orjson
import uvloop
from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

port, upstream = map(int, sys.argv[1:])
URL = f"http://127.0.0.1:{upstream}/v1/chat/completions"


async def relay(answer, reply):
    """Look at every event on its way."""
    rest = b""
    async for data in answer.content.iter_any():
        *events, rest = (rest + data).split(b"\n\n")
        for event in events:
            if event != b"data: [DONE]":
                orjson.loads(event[6:])["choices"][0].get("finish_reason")
        await reply.write(b"\n\n".join([*events, b""]))
    await reply.write_eof(rest)


async def chat(request):
    """Ask for one answer, whole or as a stream."""
    body = orjson.loads(await request.read())
    body["model"] = body["model"].removeprefix("enter/")
    body["private"] = True
    headers = {"Content-Type": "application/json"}
    session = request.app["session"]
    async with session.post(URL, data=orjson.dumps(body), headers=headers) as answer:
        kind = {"Content-Type": answer.headers["Content-Type"]}
        if not body.get("stream"):
            return web.Response(status=answer.status, body=await answer.read(), headers=kind)
        reply = web.StreamResponse(status=answer.status, headers=kind)
        await reply.prepare(request)
        await relay(answer, reply)
        return reply


async def session(app):
    """One session for all requests."""
    timeout = ClientTimeout(total=None)
    async with ClientSession(connector=TCPConnector(limit=0), timeout=timeout) as app["session"]:
        yield


app = web.Application(client_max_size=1 << 26)
app.cleanup_ctx.append(session)
app.router.add_post("/v1/chat/completions", chat)

if __name__ == "__main__":
    loop = uvloop.new_event_loop()
    web.run_app(app, host="127.0.0.1", port=port, loop=loop, access_log=None, backlog=4096)
