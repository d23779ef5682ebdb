"""``twist pollinations --workers N``: several processes that serve as one."""

import json
import os
import signal
import socket
import ssl
import stat
import time
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection

import attrs
import pytest
import pytest_twisted
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.internet.defer import gatherResults
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread

from pollinations.testing import scripts
from pollinations.testing.demo import Demo
from pollinations.testing.imitation import Imitation
from pollinations.testing.process import Proxy, in_front, running, started

PATIENCE = 30.0
OFFLINE = ("--free-url", "http://127.0.0.1:9", "--enter-url", "http://127.0.0.1:9")
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


@attrs.define
class Worker:
    """One worker, by a connection that it has taken."""

    pid: int
    connection: HTTPConnection
    local: bytes = b""

    def ask(self, path, body=None, **headers):
        """The status and the parsed body."""
        sent = None if body is None else json.dumps(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        self.connection.request("GET" if body is None else "POST", path, sent, {**kind, **headers})
        got = self.connection.getresponse()
        data = got.read()
        is_json = got.getheader("content-type", "").startswith("application/json")
        return got.status, json.loads(data) if is_json else data.decode()

    def chat(self, model="enter/openai", text="Hi", **fields):
        """What a model says."""
        messages = fields.pop("messages", [{"role": "user", "content": text}])
        body = {"model": model, "messages": messages, **fields}
        status, answer = self.ask("/v1/chat/completions", body)
        assert status == 200, answer
        return answer["choices"][0]["message"]

    def begin(self, model="enter/openai"):
        """Ask for a stream; what there is to read of it."""
        body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
        kind = {"Content-Type": "application/json"}
        self.connection.request("POST", "/v1/chat/completions", json.dumps(body), kind)
        return self.connection.getresponse()

    def counted(self, name, **labels):
        """The sum of a figure's samples that have these labels."""
        lines = [line for line in self.ask("/metrics")[1].splitlines() if line.startswith(name)]
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(float(line.split()[-1]) for line in lines if all(w in line for w in wanted))


def soon(true):
    """Wait until this gives something that is true, and give it."""
    deadline = time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < deadline, "it has not become true"
        # The processes that make it true need the machine.
        time.sleep(0.02)
    return found


def who_answered(proxy, id):
    """The process that has answered the request called *id*, which says so in the log."""
    log = proxy.home / "logs" / "pollinations.log"
    lines = soon(lambda: [line for line in log.read_text().splitlines() if id in line])
    return json.loads(lines[-1])["pid"]


@pytest.fixture(scope="module")
def met():
    """Finds a connection to each of so many workers of a proxy."""
    with ExitStack() as stack:

        def met(proxy, count):
            found = {}

            def next_one():
                one = Worker(0, HTTPConnection(proxy.address, timeout=PATIENCE))
                id = f"met-{proxy.process.pid}-{time.monotonic()}"
                assert one.ask("/v1/models", **{"x-request-id": id})[0] == 200
                one.pid = who_answered(proxy, id)
                if one.pid in found:
                    one.connection.close()
                else:
                    found[one.pid] = one
                    stack.callback(one.connection.close)
                return len(found) == count

            soon(next_one)
            return list(found.values())

        yield met


def prepare(folder, **settings):
    """What the proxy of this folder is set to; its log can be read by a program."""
    (folder / "home").mkdir(parents=True)
    said = {"logs": {"format": "json"}, "retries": 0, "gui": {"status": "all"}, **settings}
    (folder / "home" / "config.json").write_text(json.dumps(said))


def started_so_far(proxy):
    """How many workers have come so far as to serve."""
    return proxy.log.count(" serves, process ")


def gone(pid):
    """Whether there is no such process any more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@attrs.frozen
class Together:
    """A proxy of three workers, and what it asks."""

    proxy: Proxy
    imitation: Imitation
    workers: list[Worker]


@pytest_twisted.async_yield_fixture(scope="module")
async def three(tmp_path_factory, met, until):
    """Three workers before an imitation of Pollinations."""
    from twisted.internet import reactor

    folder = tmp_path_factory.mktemp("three")
    prepare(folder)
    imitation = Imitation(reactor, Demo(), one_at_a_time=True)
    async with in_front(reactor, imitation, folder, "--workers", "3") as proxy:
        await until(lambda: started_so_far(proxy) == 3)
        yield Together(proxy, imitation, await deferToThread(met, proxy, 3))


def test_one_url_and_one_description(three):
    """The parent's, which is none of those that answer."""
    assert three.proxy.lines == [f"POLLINATIONS_URL={three.proxy.url}\n"]
    described = json.loads((three.proxy.home / "proxy.json").read_text())
    assert described["pid"] == three.proxy.process.pid
    assert described["pid"] not in {one.pid for one in three.workers}


@pytest_twisted.ensureDeferred
async def test_what_is_counted_is_added_up(three):
    """Whichever worker is asked."""
    before = await deferToThread(
        three.workers[0].counted, "pollinations_requests_total", endpoint="chat"
    )
    for number, one in enumerate(three.workers):
        for _ in range(number + 1):
            await deferToThread(one.chat)
    for one in three.workers:
        counted = await deferToThread(one.counted, "pollinations_requests_total", endpoint="chat")
        assert counted == before + 6


@pytest_twisted.ensureDeferred
async def test_a_signature_that_one_has_taken_another_gives_back(three):
    """At once, long before it is in the file."""
    first, second, _ = three.workers
    question = {"role": "user", "content": "What is the weather in Paris?"}
    asked = {"model": "enter/gemini", "tools": [WEATHER]}
    called = await deferToThread(first.chat, messages=[question], **asked)
    [call] = called["tool_calls"]
    signature = call["extra_content"]["google"]["thought_signature"]
    # As OpenCode does it, which loses what it has no field for.
    kept = {"id": call["id"], "type": "function", "function": call["function"]}
    kept["function"].pop("thought_signature", None)
    history = [
        question,
        {"role": "assistant", "content": None, "tool_calls": [kept]},
        {"role": "tool", "tool_call_id": call["id"], "content": "Sunny"},
    ]
    await deferToThread(second.chat, messages=history, **asked)
    sent = three.imitation.asked("enter", "/chat/completions")[-1].body["messages"]
    assert signature in json.dumps(sent)


@pytest_twisted.ensureDeferred
async def test_one_free_request_at_a_time(three):
    """Over all workers: the imitation refuses a second one, as the real service does."""
    before = len(three.imitation.asked("free", "/chat/completions"))
    proxy = three.proxy

    def one():
        with closing(HTTPConnection(proxy.address, timeout=PATIENCE)) as connection:
            return Worker(0, connection).chat("free/openai")["content"]

    answers = await gatherResults([deferToThread(one) for _ in range(9)])
    assert len(answers) == 9
    assert all(answers)
    assert len(three.imitation.asked("free", "/chat/completions")) == before + 9


@pytest_twisted.ensureDeferred
async def test_every_worker_can_say_why(three, until):
    """The record of a request is known to those that did not answer it."""
    first, *others = three.workers
    await deferToThread(
        first.ask,
        "/v1/chat/completions",
        {
            "model": "enter/openai",
            "messages": [{"role": "user", "content": "Hi"}],
        },
        **{"x-request-id": "whyever"},
    )
    for other in others:

        def known(other=other):
            _, told = other.ask("/v1/commands", {"words": ["why", "whyever"]})
            return told["ok"]

        await deferToThread(soon, known)
    lists = [await deferToThread(one.ask, "/v1/notifications") for one in three.workers]
    assert lists[0] == lists[1] == lists[2]
    assert lists[0][1]["data"]


@pytest_twisted.ensureDeferred
async def test_a_mode_that_is_chosen_counts_for_all(three):
    """As soon as the others can be told."""
    first, *others = three.workers
    await deferToThread(first.ask, "/v1/commands", {"words": ["mode", "alwaysfree"]})
    for other in others:

        def follows(other=other):
            return other.ask("/health")[1]["mode"] == "alwaysfree"

        await deferToThread(soon, follows)
    await deferToThread(first.ask, "/v1/commands", {"words": ["mode", "pro"]})


@pytest_twisted.ensureDeferred
async def test_workers_come_and_go(tmp_path, met, until):
    """
    One that dies is replaced, and nothing is lost but what it was answering; what it had counted
    still counts. One that stops leaves the socket to the others. All end with their parent.
    """
    from twisted.internet import reactor

    clock = Clock()
    imitation = Imitation(clock, scripts.text("One ", "two ", "three").but(pace=1.0))
    prepare(tmp_path)
    door = tmp_path / "door"
    options = ("--workers", "2", "-l", f"unix:{door}", "-l", "tcp:0:interface=127.0.0.1")
    async with in_front(reactor, imitation, tmp_path, *options) as proxy:
        await until(lambda: started_so_far(proxy) == 2)
        doomed, other = await deferToThread(met, proxy, 2)
        counted = await deferToThread(other.counted, "pollinations_requests_total")
        lost, kept = await gatherResults([deferToThread(doomed.begin), deferToThread(other.begin)])
        os.kill(doomed.pid, signal.SIGKILL)
        await until(lambda: "another one starts" in proxy.log)
        clock.pump([1.0] * 3)
        assert b"[DONE]" in await deferToThread(kept.read)
        with suppress(OSError, HTTPException):
            assert b"[DONE]" not in await deferToThread(lost.read)
        await until(lambda: started_so_far(proxy) == 3)
        now = {one.pid: one for one in await deferToThread(met, proxy, 2)}
        assert other.pid in now
        assert doomed.pid not in now
        assert await deferToThread(other.counted, "pollinations_requests_total") >= counted
        assert "signal 9" in proxy.log

        os.kill(other.pid, signal.SIGTERM)
        await deferToThread(soon, lambda: gone(other.pid))
        assert stat.S_IMODE(door.stat().st_mode) == 0o600
        assert await deferToThread(alive_at, door)

        await deferToThread(proxy.stop, signal.SIGKILL)
        await deferToThread(soon, lambda: all(map(gone, now)))


def alive_at(door):
    """Whether somebody serves at a socket in the file system."""
    with closing(socket.socket(socket.AF_UNIX)) as client:
        client.settimeout(PATIENCE)
        client.connect(str(door))
        client.sendall(b"GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n")
        return client.recv(65536).partition(b"\r\n")[0].endswith(b" 200 OK")


@pytest_twisted.ensureDeferred
async def test_live_streams_of_all_workers_end(tmp_path, met, until):
    """SIGTERM for the parent is one for all, also when a supervisor sends it to each."""
    from twisted.internet import reactor

    clock = Clock()
    imitation = Imitation(clock, scripts.text("One ", "two ", "three").but(pace=1.0))
    prepare(tmp_path, listener={"drain": 600})
    async with in_front(reactor, imitation, tmp_path, "--workers", "2") as proxy:
        await until(lambda: started_so_far(proxy) == 2)
        both = await deferToThread(met, proxy, 2)
        streams = await gatherResults([deferToThread(one.begin) for one in both])
        for one in both:
            os.kill(one.pid, signal.SIGTERM)
        proxy.process.send_signal(signal.SIGTERM)
        await until(lambda: "SIGTERM: the proxy stops" in proxy.log)
        await until(lambda: not (proxy.home / "proxy.json").exists())
        assert proxy.process.poll() is None
        clock.pump([1.0] * 3)
        for stream in streams:
            assert b"[DONE]" in await deferToThread(stream.read)
        assert await deferToThread(proxy.process.wait, PATIENCE) == 0
    assert all(gone(one.pid) for one in both)
    assert "Traceback" not in proxy.log


def test_a_door_that_no_worker_can_serve_at(tmp_path):
    """When none gets as far as serving, the parent gives up, and says so with its status."""
    proxy = started(tmp_path, "--port", "0", "--workers", "2", "--signatures", "nowhere:", *OFFLINE)
    assert proxy.process.wait(60) == 70
    proxy.stop()
    assert "Cannot start: signatures are kept in" in proxy.log
    assert "again and again" in proxy.log
    assert not proxy.lines


def test_a_demonstration_is_one_process(tmp_path):
    """It keeps nothing that others could share."""
    proxy = started(tmp_path, "--demo", "--workers", "2")
    assert proxy.process.wait(60) != 0
    proxy.stop()
    assert "a demonstration is one process" in proxy.log


def certificate():
    """A key and its certificate, which nobody has signed but itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    pem = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    signed = made.sign(key, hashes.SHA256())
    return key.private_bytes(pem, *private) + signed.public_bytes(pem)


def test_workers_speak_tls(tmp_path):
    """On a socket that the parent has opened for that, and says so."""
    pem = tmp_path / "both.pem"
    pem.write_bytes(certificate())
    secure = f"ssl:0:interface=127.0.0.1:privateKey={pem}:certKey={pem}"
    with running(tmp_path / "user", "--workers", "2", "-l", secure, *OFFLINE) as proxy:
        assert proxy.url.startswith("https://127.0.0.1:")
        address = proxy.url.removeprefix("https://").removesuffix("/v1")
        unverified = ssl._create_unverified_context()
        with closing(HTTPSConnection(address, timeout=PATIENCE, context=unverified)) as client:
            client.request("GET", "/health/live")
            assert client.getresponse().status == 200
