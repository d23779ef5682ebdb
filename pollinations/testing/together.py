"""A whole proxy in memory before an imitation of Pollinations: no reactor, no port, no time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import orjson
from treq.client import HTTPClient
from treq.testing import RequestTraversalAgent
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone, ResponseNeverReceived
from twisted.web.iweb import IResponse

from ..chat.sse import DONE, EventDecoder
from ..commands.control import Control
from ..parts import Parts
from ..routing.catalogue import Catalogue, parse_list
from ..routing.catalogue import Model as Catalogued
from ..routing.notification import Notifications
from ..routing.route import ENTER, FREE
from ..settings.held import HeldSettings
from ..settings.keys import Key
from ..settings.schema import Settings
from ..upstream.agent import LeanClient, Whole
from ..upstream.exchange import Exchange
from ..web.api import OpenAIResource
from ..web.notifications import NotificationFeed
from . import lists
from .account import DEMO_KEY
from .demo import Demo
from .imitation import Imitation
from .in_memory import PLENTY as PLENTY
from .in_memory import Seen as Seen
from .in_memory import parts_in_memory
from .script import Model

ROUNDS = 4
"""How often bytes are carried on: from the client to the upstream and back, and once more."""


@attrs.define(eq=False)
class Together:
    """
    A proxy and what stands behind it.

    What commands set is in force and written nowhere.

    :param model: decides what the imitation answers.
    :param settings: in force; may be replaced.
    :param key: in force; may be replaced.
    :param token: what clients must bear, or ``None``.
    """

    model: Model | None = None
    _settings: Settings = attrs.field(factory=Settings)
    key: str | None = DEMO_KEY
    _token: str | None = None
    quota: Seen = attrs.field(factory=Seen)
    clock: Clock = attrs.field(factory=Clock)
    imitation: Imitation = attrs.field(init=False)
    parts: Parts = attrs.field(init=False)
    exchange: Exchange = attrs.field(init=False)
    notifications: Notifications = attrs.field(init=False)
    feed: NotificationFeed = attrs.field(init=False)
    control: Control = attrs.field(init=False)
    api: OpenAIResource = attrs.field(init=False)
    catalogue: Catalogue = attrs.field(init=False)
    back: RequestTraversalAgent = attrs.field(init=False)
    front: RequestTraversalAgent = attrs.field(init=False)
    client: HTTPClient = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.imitation = Imitation(self.clock, self.model or Demo())
        self.catalogue = Catalogue(
            {
                FREE: _read(lists.legacy(lists.FREE)),
                ENTER: _read(lists.rich(lists.ENTER, "today")),
            }
        )
        self.back = RequestTraversalAgent(self.imitation.resource())
        file = HeldSettings(Path("nowhere", "config.json"))
        file.settings, client = self._settings, LeanClient(self.back)
        self.parts = parts = parts_in_memory(
            self.clock, client, file, self._latest, self.quota, lambda: self.catalogue
        )
        parts.token.latest, parts.exchange.jitter = self._token, lambda: 0.5
        self.exchange, self.control, self.api = parts.exchange, parts.control, parts.api
        self.notifications, self.feed = parts.notifications, parts.feed
        self.front = RequestTraversalAgent(parts.guard)
        self.client = HTTPClient(self.front)

    @property
    def token(self) -> str | None:
        """What clients must bear, or ``None``."""
        return self.parts.token.latest

    @token.setter
    def token(self, token: str | None) -> None:
        self.parts.token.latest = token

    @property
    def settings(self) -> Settings:
        """Those in force."""
        return self.control.file.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self.control.file.settings = settings

    def _latest(self) -> Key | None:
        return None if self.key is None else Key(self.key, "the test")

    def chat(
        self, *messages: Any, headers: Mapping[str, str] | None = None, **fields: Any
    ) -> "Got":
        """
        Ask for a chat completion.

        :param messages: texts of the user, or whole messages.
        :param fields: the body's other fields.
        """
        said = [{"role": "user", "content": m} if isinstance(m, str) else m for m in messages]
        body = orjson.dumps({"model": "free/openai", "messages": said, **fields})
        return self.post("/v1/chat/completions", body, headers)

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> "Got":
        """Post *body*, as JSON unless *headers* say otherwise."""
        return self.ask("POST", path, {"Content-Type": "application/json", **(headers or {})}, body)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> "Got":
        """Get *path*."""
        return self.ask("GET", path, headers or {})

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> "Got":
        """Send any request, and let happen what can happen at once."""
        sent: Any = {"Host": "127.0.0.1:10001", **headers}
        url, data = f"http://127.0.0.1:10001{path}", None if body is None else Whole(body)
        asked: Any = self.client.request(method, url, headers=sent, data=data, unbuffered=True)
        got = Got(asked)
        self.pump()
        return got

    def pump(self) -> None:
        """Carry all bytes to where they go."""
        for _ in range(ROUNDS):
            self.back.flush()
            self.front.flush()

    def advance(self, seconds: float, step: float = 0.5) -> None:
        """Let time pass, and bytes with it."""
        while seconds > 0:
            self.clock.advance(min(step, seconds))
            self.pump()
            seconds -= step


@attrs.define(eq=False, slots=False)
class Got(Protocol):
    """
    What a client has got so far.

    :param asked: its request.
    """

    asked: "Deferred[IResponse]"
    response: Any = attrs.field(default=None, init=False)
    """The status and the headers, once they are there."""

    data: bytes = attrs.field(default=b"", init=False)
    """The body, as far as it has come."""

    ended: bool = attrs.field(default=False, init=False)
    """Whether the body is over."""

    whole: bool = attrs.field(default=False, init=False)
    """Whether it was ended properly."""

    def __attrs_post_init__(self) -> None:
        self.asked.addCallback(self._responded)
        self.asked.addErrback(_left)

    @property
    def status(self) -> int:
        """The status."""
        code: int = self.response.code
        return code

    def header(self, name: str) -> str | None:
        """The value of a header, or ``None``."""
        values = self.response.headers.getRawHeaders(name)
        return values[0] if values else None

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return orjson.loads(self.data)

    @property
    def error(self) -> Any:
        """The error that the body is."""
        return self.json["error"]

    @property
    def text(self) -> str:
        """What the answer says, as JSON or as events."""
        if not self.data.startswith(b"data:"):
            return self.json["choices"][0]["message"].get("content") or ""
        deltas = (c["delta"] for e in self.events for c in e.get("choices") or ())
        return "".join(delta.get("content") or "" for delta in deltas)

    @property
    def events(self) -> list[Any]:
        """The parsed data of all events but ``[DONE]``."""
        found = (data for _, data in EventDecoder().feed(self.data))
        return [orjson.loads(data) for data in found if data not in (None, DONE)]

    def leave(self) -> None:
        """Hang up."""
        if self.response is None:
            self.asked.cancel()
        elif self.transport is not None:
            self.transport.stopProducing()  # type: ignore[attr-defined]

    def dataReceived(self, data: bytes) -> None:
        """A piece of the body has come."""
        self.data += data

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The body is over."""
        self.ended, self.whole = True, reason.check(ResponseDone) is not None

    def _responded(self, response: IResponse) -> None:
        self.response = response
        response.deliverBody(self)


def _read(listed: Any) -> tuple[Catalogued, ...]:
    """A model list as it comes through the network."""
    return parse_list(orjson.loads(orjson.dumps(listed)))


def _left(failure: Failure) -> None:
    """A client that hung up before there was a response has not failed."""
    failure.trap(CancelledError, ResponseNeverReceived)
