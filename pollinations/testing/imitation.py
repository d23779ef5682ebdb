"""
An imitation of Pollinations: both universes, as one Klein application.

``/free`` is the service without a key, ``/enter`` the one with. A *model*, any callable that is
given a request and returns a script, decides what is answered; :mod:`.scripts` has the many ways
in which a real service answers, and :mod:`.demo` the model that is used when none is given.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Literal, cast

import attrs
import orjson
from klein import Klein
from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IReactorTCP, IReactorTime
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from twisted.web.server import Request, Site

from ..chat.request import ChatRequest
from ..errors import InvalidRequest
from .account import Account, Shape
from .demo import Demo
from .enter import Enter
from .failures import error
from .free import free_pages
from .player import play
from .recording import Asked, Exchange
from .script import Model, Script

KEPT = 1000
"""How many exchanges are remembered; older ones are forgotten."""


@attrs.define(eq=False, slots=False)
class Imitation:
    """
    Pollinations, imitated.

    :param clock: what pauses are counted by.
    :param model: decides what a chat request is answered.
    :param account: what the keys of the enter universe spend.
    :param shape: of the model lists and account pages: those of ``today`` or of ``january``.
    :param refuses: whether an account that is out of pollen is refused with a ``text`` and HTTP
        200, as the service does it now, or with a ``status``.
    :param one_at_a_time: whether the free universe refuses a request while another one runs.
    :param pages: path to the model that answers there, whatever else would: put
        ``imitation.pages["/enter/account/usage"] = scripts.hanging()``.
    :param now: tells the time of day, in seconds since the epoch; by default *clock* does.
    """

    app = Klein()

    clock: IReactorTime
    model: Model = attrs.field(factory=Demo)
    account: Account = attrs.field(factory=Account)
    shape: Shape = "today"
    refuses: Literal["text", "status"] = "text"
    one_at_a_time: bool = False
    pages: MutableMapping[str, Model] = attrs.field(factory=dict)
    now: Callable[[], float] = attrs.Factory(lambda self: self.clock.seconds, takes_self=True)
    recording: deque[Exchange] = attrs.field(factory=lambda: deque(maxlen=KEPT), init=False)
    """What was asked, oldest first, and what became of each."""

    _served: Mapping[str, Model] = attrs.field(init=False, repr=False)

    def resource(self) -> IResource:
        """The root of a site that imitates."""
        resource: IResource = self.app.resource()
        return resource

    def asked(self, universe: str | None = None, path: str = "") -> list[Asked]:
        """The requests so far, of one *universe*, whose path ends with *path*."""
        return [
            asked
            for asked in (exchange.asked for exchange in self.recording)
            if universe in (None, asked.universe) and asked.path.endswith(path)
        ]

    def __attrs_post_init__(self) -> None:
        def model(asked: Asked) -> Script:
            return self.model(asked)

        free = free_pages(model, self._busy)
        enter = Enter(self.account, self.shape, self.refuses, model).pages()
        self._served = {
            **{f"/free{path}": page for path, page in free.items()},
            **{f"/enter{path}": page for path, page in enter.items()},
        }

    @app.route("/<any(free, enter):universe>/", defaults={"path": ""})
    @app.route("/<any(free, enter):universe>/<path:path>")
    async def answer(self, request: IRequest, universe: str, path: str) -> None:
        """Record the request, and play what answers at its path."""
        asked = _asked(cast(Request, request), universe, f"/{path}", self.now())
        exchange = Exchange(asked)
        self.recording.append(exchange)
        await play(self._page(asked)(asked), request, self.clock, exchange)

    def _page(self, asked: Asked) -> Model:
        path = f"/{asked.universe}{asked.path}"
        return self.pages.get(path) or self._served.get(path) or error(404, "Not found")

    def _busy(self, asked: Asked) -> bool:
        others = (e for e in self.recording if e.asked is not asked and e.asked.method == "POST")
        running = (e for e in others if not (e.ended or e.hung_up))
        return self.one_at_a_time and any(e.asked.universe == "free" for e in running)


@asynccontextmanager
async def listening(reactor: IReactorTCP, imitation: Imitation) -> AsyncIterator[str]:
    """
    Serve *imitation* on a free port of the loopback, meanwhile.

    :return: the address, to which ``/free`` and ``/enter`` are added.
    """
    port: Any = reactor.listenTCP(0, cast(Any, Site(imitation.resource())), interface="127.0.0.1")
    try:
        yield f"http://127.0.0.1:{port.getHost().port}"
    finally:
        await maybeDeferred(port.stopListening)


def _asked(request: Request, universe: str, path: str, when: float) -> Asked:
    raw: bytes = request.content.read() if request.content else b""
    headers = {
        name.decode("latin-1").lower(): b",".join(values).decode("latin-1")
        for name, values in request.requestHeaders.getAllRawHeaders()
    }
    query = {name.decode(): values[-1].decode() for name, values in request.args.items()}
    return Asked(universe, path, request.method.decode(), query, headers, _parsed(raw), raw, when)


def _parsed(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _chat(raw)


def _chat(raw: bytes) -> Any:
    """The body of a chat request that is JSON only to who is lenient, with half an emoji in it."""
    try:
        return ChatRequest.from_json(raw).body
    except InvalidRequest:
        return None
