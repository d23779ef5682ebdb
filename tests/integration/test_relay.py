"""What goes through a proxy process, over real sockets: at whose pace, and how it ends."""

import http.client
import json
import os
import socket
from contextlib import closing
from pathlib import Path

import attrs
import openai
import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from pollinations.testing import scripts
from pollinations.testing.imitation import Imitation
from pollinations.testing.process import Proxy, in_front
from pollinations.testing.script import Abort, Cut, Pause, Script, Send, Stall

ARRIVAL = 2.0
"""Seconds that a request may take to arrive here."""

SETTINGS = {
    "mode": "manual",
    "retries": 0,
    "listener": {"arrival": ARRIVAL},
    # Endless answers say the same over and over here.
    "repetition": False,
}

MEBIBYTE = 1024 * 1024
EVENTS = {"content-type": "text/event-stream"}


@attrs.frozen
class Behind:
    """A proxy, and the imitation behind it, which runs in this process."""

    proxy: Proxy
    imitation: Imitation

    def ask(self, model="enter/openai", stream=True):
        """A connection on which a request has been sent and nothing has been read."""
        body = json.dumps({"model": model, "stream": stream, "messages": [_user("Hi")]}).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {self.proxy.address}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return self.send(head.encode() + body)

    def send(self, data):
        """A connection on which *data* has been sent."""
        host, port = self.proxy.address.split(":")
        connection = socket.create_connection((host, int(port)), timeout=30)
        connection.sendall(data)
        return connection

    @property
    def last(self):
        """The last chat request that reached the imitation, and what became of it."""
        return self.chats[-1]

    @property
    def chats(self):
        """All of them."""
        return [one for one in self.imitation.recording if one.asked.method == "POST"]

    def rss(self):
        """Bytes of memory that the proxy occupies."""
        status = Path(f"/proc/{self.proxy.process.pid}/status").read_text()
        return 1024 * int(status.partition("VmRSS:")[2].split()[0])

    def descriptors(self):
        """How many files and sockets the proxy has open."""
        return len(os.listdir(f"/proc/{self.proxy.process.pid}/fd"))


def _user(text):
    return {"role": "user", "content": text}


@pytest_twisted.async_yield_fixture(scope="module")
async def _whole(tmp_path_factory):
    from twisted.internet import reactor

    folder = tmp_path_factory.mktemp("behind")
    (folder / "home").mkdir()
    (folder / "home" / "config.json").write_text(json.dumps(SETTINGS))
    imitation = Imitation(reactor)
    async with in_front(reactor, imitation, folder) as proxy:
        yield Behind(proxy, imitation)


@pytest.fixture
def behind(_whole):
    """The proxy and the imitation of this file, of which nothing was asked yet."""
    _whole.imitation.recording.clear()
    yield _whole
    assert "Traceback" not in _whole.proxy.log
    assert "Unhandled" not in _whole.proxy.log


# The client sets the pace.


@pytest_twisted.ensureDeferred
async def test_a_client_who_stops_reading_costs_no_memory(behind, until):
    """300 MB stay where they are; when the client reads again, they flow again."""
    behind.imitation.model = scripts.endless_text(size=8 * MEBIBYTE)
    with closing(behind.ask()) as warm:
        await until(lambda: behind.chats)
        await deferToThread(_read, warm, 7 * MEBIBYTE)

    behind.imitation.model = scripts.endless_text(size=300_000_000)
    before = behind.rss()
    with closing(behind.ask()) as client:
        await until(lambda: len(behind.chats) == 2 and behind.last.written > 0)
        stood = await _stands(behind, until)
        grown = behind.rss() - before
        await deferToThread(_read, client, 2 * stood)
        assert behind.last.written > stood
    await until(lambda: behind.last.hung_up)
    assert stood < 30_000_000
    assert grown < 2 * MEBIBYTE


def _read(client, size):
    """Read that many bytes, or until the end."""
    while size > 0:
        size -= len(client.recv(min(size, MEBIBYTE)) or b" " * size)


async def _stands(behind, until):
    """The bytes that the upstream has written, once they grow no more."""
    seen = []

    def stands():
        seen.append(behind.last.written)
        return len(seen) > 50 and len(set(seen[-50:])) == 1

    await until(stands)
    return seen[-1]


@pytest_twisted.ensureDeferred
async def test_a_client_who_does_not_read_keeps_nobody_else_waiting(behind, chat, until):
    """The others have connections of their own."""
    behind.imitation.model = scripts.ByModel(
        {"gemini": scripts.endless_text()}, otherwise=scripts.text("Here.")
    )
    with closing(behind.ask("enter/gemini")):
        await until(lambda: behind.chats and behind.last.written > 0)
        answer = await deferToThread(chat, behind.proxy, "enter/openai")
        assert answer.json["choices"][0]["message"]["content"] == "Here."
    await until(lambda: behind.chats[0].hung_up)


# A client who leaves.

PHASES = {
    "before the reply": (scripts.hanging(), True, 0),
    "before the first event": (Script(200, EVENTS, (Send(b": hi\n\n"), Stall())), True, 1),
    "in the stream": (scripts.text("Hel", "lo").then(Stall()), True, 1),
    "before the JSON": (scripts.hanging(), False, 0),
    "in the JSON": (scripts.text("Hello").then(Stall()), False, 1),
    "in a rejection": (scripts.error(500, "Broken").then(Stall()), True, 1),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest_twisted.ensureDeferred
async def test_a_client_who_leaves_takes_the_upstream_along(behind, until, phase):
    """Within a second, in whatever phase."""
    behind.imitation.model, stream, written = PHASES[phase]
    client = behind.ask(stream=stream)
    await until(lambda: behind.chats and behind.last.written >= written)
    if phase == "in the stream":
        assert await deferToThread(client.recv, 100)
    client.close()
    await until(lambda: behind.last.hung_up, within=1.0)


@pytest_twisted.ensureDeferred
async def test_a_client_who_leaves_the_queue_is_never_asked_for(behind, call, chat, until):
    """The free universe is asked one request at a time; the place is free for the next."""

    async def open_now(count):
        async def shown():
            said = await deferToThread(call, behind.proxy, "/metrics")
            return f"pollinations_in_flight {count}.0" in said.body.decode()

        while not await shown():
            pass

    behind.imitation.model = scripts.hanging()
    first = behind.ask("free/openai")
    await until(lambda: behind.chats)
    second = behind.ask("free/mistral")
    await open_now(2)
    second.close()
    await open_now(1)
    behind.imitation.model = scripts.text("Here.")
    first.close()
    await until(lambda: behind.last.hung_up, within=1.0)
    third = await deferToThread(chat, behind.proxy, "free/gemini")
    assert third.status == 200
    assert [one.asked.model for one in behind.chats] == ["openai", "gemini"]


# Requests that are too large or too slow.


def _large():
    return json.dumps({"model": "enter/openai", "messages": [_user("x" * 21 * MEBIBYTE)]}).encode()


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "without"])
def test_a_body_over_the_limit_is_refused(behind, chunked):
    """With an answer that the client can read, and nothing is sent on."""
    connection = http.client.HTTPConnection(behind.proxy.address, timeout=30)
    with closing(connection):
        body = iter([_large()]) if chunked else _large()
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/v1/chat/completions", body, headers, encode_chunked=chunked)
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.load(answer)["error"]["type"] == "invalid_request_error"
    assert not behind.chats


def test_the_openai_client_reads_that_its_body_was_too_large(behind):
    """It raises what it raises for that status."""
    client = openai.OpenAI(base_url=behind.proxy.url, api_key="none", max_retries=0)
    with client, pytest.raises(openai.APIStatusError, match="over 20971520 bytes") as raised:
        client.chat.completions.create(model="x", messages=[_user("x" * 21 * MEBIBYTE)])
    assert raised.value.status_code == 413


@pytest_twisted.ensureDeferred
async def test_refusing_large_bodies_keeps_no_memory(behind, until):
    """Neither in the process nor as open files."""
    refused = test_a_body_over_the_limit_is_refused
    await deferToThread(refused, behind, True)
    before, descriptors = behind.rss(), behind.descriptors()
    for _ in range(3):
        await deferToThread(refused, behind, True)
    await until(lambda: behind.descriptors() <= descriptors)
    assert behind.rss() - before < 4 * MEBIBYTE


@pytest.mark.parametrize("length", [b"Content-Length: 100", b"Transfer-Encoding: chunked"])
def test_a_body_that_does_not_arrive_is_refused(behind, length):
    """After the time that it may take."""
    head = (
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
    )
    with closing(behind.send(head + b"\r\n" + length + b"\r\n\r\n")) as client:
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert answer.status == 408
        assert json.load(answer)["error"]["message"]


# Upstreams that misbehave.

BEFORE = {
    "a page": scripts.html(),
    "a page of a gateway": scripts.html(502),
    "nothing": Script(200, EVENTS),
    "an empty body": Script(200, {"content-type": "application/json"}),
    "no JSON": scripts.garbage(),
    "half an event": scripts.raw(b'data: {"id": "x", "choi').then(Cut()),
    "no choices": scripts.no_choices(),
    "an error with 200": scripts.error_with_200(),
    "a closed connection": scripts.dropped(),
    "a reset": Script(steps=(Abort(),)),
}
"""What is no answer at all."""

AFTER = {
    "a cut": scripts.text("Hel", "lo").then(Cut()),
    "a reset": scripts.text("Hel", "lo").then(Pause(0.05), Abort()),
    "an error": scripts.failing(scripts.text("Hel", "lo")),
}
"""What breaks off."""


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("wrong", BEFORE)
@pytest_twisted.ensureDeferred
async def test_what_is_no_answer_is_a_bad_gateway(behind, chat, wrong, stream):
    """A clear error that names no host and repeats nothing of the upstream's body."""
    behind.imitation.model = BEFORE[wrong]
    answer = await deferToThread(chat, behind.proxy, "enter/openai", stream=stream)
    assert answer.status == 502
    assert answer.message
    assert "127.0.0.1" not in answer.message
    assert "<" not in answer.message
    assert len(behind.chats) == 1


@pytest.mark.parametrize("wrong", AFTER)
@pytest_twisted.ensureDeferred
async def test_a_stream_that_breaks_off_says_so(behind, chat, wrong):
    """An error event is its last; no end is invented."""
    behind.imitation.model = AFTER[wrong]
    answer = await deferToThread(chat, behind.proxy, "enter/openai", stream=True)
    assert answer.status == 200
    *deltas, last = [event.removeprefix(b"data: ") for event in answer.body.strip().split(b"\n\n")]
    said = [json.loads(data)["choices"][0]["delta"].get("content") for data in deltas]
    assert "".join(filter(None, said)) == "Hello"
    assert isinstance(json.loads(last)["error"], dict)
    assert b"[DONE]" not in answer.body


@pytest.mark.parametrize("wrong", AFTER)
@pytest_twisted.ensureDeferred
async def test_a_json_answer_that_breaks_off_is_an_error(behind, chat, wrong):
    """Half of it is not given out."""
    behind.imitation.model = AFTER[wrong]
    answer = await deferToThread(chat, behind.proxy, "enter/openai")
    assert answer.status == 502
    assert answer.message


@pytest_twisted.ensureDeferred
async def test_nothing_is_leaked(behind, chat, until):
    """After fifty rounds of all of that, as many files and sockets are open as before."""
    wrong = [*BEFORE.values(), *AFTER.values()]
    for script in wrong:
        behind.imitation.model = script
        await deferToThread(chat, behind.proxy, "enter/openai", stream=True)
    before = behind.descriptors()
    for turn in range(50):
        behind.imitation.model = wrong[turn % len(wrong)]
        await deferToThread(chat, behind.proxy, "enter/openai", stream=turn % 2 == 0)
    for stream in (True, False):
        behind.imitation.model = scripts.text("Hel").then(Stall())
        behind.imitation.recording.clear()
        for count in range(1, 26):
            client = behind.ask(stream=stream)
            await until(lambda: len(behind.chats) == count and behind.last.written)  # noqa: B023
            client.close()
            await until(lambda: behind.last.hung_up)
    await until(lambda: behind.descriptors() <= before)
    behind.imitation.model = scripts.text("Here.")
    assert (await deferToThread(chat, behind.proxy, "enter/openai")).status == 200
