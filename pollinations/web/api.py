"""
The OpenAI endpoints, as a Klein resource.

Importing this installs Twisted's default reactor, as importing klein does.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import attrs
from klein import Klein
from twisted.internet.defer import CancelledError
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from werkzeug.exceptions import HTTPException

from .. import __version__
from ..chat.request import ChatRequest
from ..commands.answer import answer
from ..commands.asked import redacted
from ..commands.control import no_keys
from ..commands.runner import Commands
from ..errors import InvalidRequest, UpstreamFailed
from ..metrics.metrics import Metrics
from ..metrics.snapshot import CONTENT_TYPE, Family, Figures, text
from ..opencode.provider import block
from ..quiet import quiet
from ..routing.listing import entry, listing
from ..settings.document import SettingsUnreadable
from ..settings.file import WrongSettings
from ..upstream.asking import ask
from ..upstream.exchange import Exchange
from .admission import request_id
from .direct import Direct
from .errors import of_http, unkept, write_error
from .fields import api_key, base_url, taken, words
from .gauges import watch_api
from .headers import say
from .in_flight import InFlight
from .notifications import NotificationFeed, wants_stream
from .relay import relay
from .reply import announce, as_json, explain
from .trace import parent_of

Gathered = Callable[[Figures], Awaitable[Sequence[Family]]]
"""Gives what several processes have counted together, one of which has counted this."""


CHATS = ("/v1/chat/completions", "/chat/completions")
"""Where chat requests are posted."""


async def _own(figures: Figures) -> Sequence[Family]:
    return figures()


def _at(app: Klein, method: str, *paths: str) -> Callable[[Any], Any]:
    """Serve *method* at *paths*, with a slash at their end or without."""

    def routed(view: Any) -> Any:
        for path in paths:
            for slash in ("", "/"):
                view = app.route(path + slash, methods=[method])(view)
        return view

    return routed


@attrs.define(eq=False, slots=False)
class OpenAIResource:
    """
    The API: ``OpenAIResource(exchange, clock).resource()`` goes into any Twisted site.

    :param exchange: what answers the requests.
    :param clock: tells how long this has been up.
    :param metrics: what is counted.
    :param feed: who listens to notifications; without it ``/v1/notifications`` is not served.
    :param commands: answers what is typed for the proxy; without it a model is asked,
        and ``/v1/auth`` is not served.
    :param gathered: gives what was counted by all who serve together, out of what was counted here.
    """

    _exchange: Exchange
    _clock: IReactorTime
    metrics: Metrics = attrs.field(factory=Metrics)
    _feed: NotificationFeed | None = None
    _commands: Commands | None = None
    _gathered: Gathered = _own

    in_flight: InFlight = attrs.field(init=False)
    """The chats that are being answered."""

    _started: float = attrs.field(init=False)

    app = Klein()
    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._started = self._clock.seconds()
        self.in_flight = InFlight(self._clock, self._exchange, self._feed)
        self._exchange.observers.append(self.metrics.observe)
        watch_api(self.metrics, self._exchange, self.in_flight, self._feed)

    def resource(self) -> IResource:
        """The API as a resource, in which chats go the shortest way."""
        return Direct(frozenset(CHATS), self.chat, self._failed, self.app.resource())

    async def drain(self, seconds: float) -> None:
        """See :meth:`~pollinations.web.in_flight.InFlight.drain`."""
        await self.in_flight.drain(seconds)

    @_at(app, "POST", *CHATS)
    async def chat(self, request: IRequest) -> bytes | None:
        """Answer a chat request, as a stream or whole."""
        asked = ChatRequest.from_json(taken(request))
        if self._commands is not None:
            told = await answer(self._commands, asked, self._exchange.now())
            if told is not None:
                _own_id(request)
                announce(request, asked.stream)
                return told
            asked = redacted(asked)
        with self.in_flight.one(self._exchange.outlook.settings.listener.requests):
            reply = await ask(self._exchange, asked, _own_id(request), parent_of(request))
            explain(request, reply.headers)
            if reply.body is None:
                assert reply.failure is not None
                return write_error(request, reply.failure)
            announce(request, asked.stream)
            await relay(reply.body, request)
            return None

    @_at(app, "GET", "/v1/models", "/models")
    def models(self, request: IRequest) -> bytes:
        """List the models that can be asked for."""
        situation = self._exchange.situation()
        everything = request.args.get(b"all", [b""])[0] not in (b"", b"0", b"false")
        found = listing(situation.catalogue, situation.has_key, everything)
        return as_json(request, {"object": "list", "data": found})

    @_at(app, "GET", "/v1/models/<path:name>", "/models/<path:name>")
    def model(self, request: IRequest, name: str) -> bytes:
        """Describe one model, by any of its names."""
        situation = self._exchange.situation()
        found = entry(situation.catalogue, name.rstrip("/"), situation.has_key)
        if found is None:
            raise InvalidRequest(
                f"There is no model '{name}'.", "model", status=404, code="model_not_found"
            )
        return as_json(request, found)

    @_at(app, "GET", "/v1/opencode")
    async def opencode(self, request: IRequest) -> bytes:
        """Say what OpenCode's settings would hold of this proxy, for its plugin."""
        outlook = self._exchange.outlook
        await outlook.listed()
        now = outlook.situation()
        small = now.settings.fallbacks.free.agent
        return as_json(
            request, block(now.catalogue, now.has_key, base_url(request), small).to_json()
        )

    @_at(app, "GET", "/health")
    def health(self, request: IRequest) -> bytes:
        """Say that this is up and how it is set; nobody is asked for it."""
        situation = self._exchange.situation()
        status = {
            "status": "ok",
            "version": __version__,
            "mode": situation.mode,
            "has_key": situation.has_key,
            "uptime": round(self._clock.seconds() - self._started, 3),
        }
        return as_json(request, status)

    @_at(app, "GET", "/health/live")
    def live(self, request: IRequest) -> bytes:
        """Say that the process turns."""
        return as_json(request, {"status": "ok"})

    @_at(app, "GET", "/health/ready")
    def ready(self, request: IRequest) -> bytes:
        """Say whether new requests are welcome."""
        draining = self.in_flight.draining
        if draining:
            request.setResponseCode(503)
        return as_json(request, {"status": "draining" if draining else "ok"})

    @_at(app, "POST", "/v1/auth")
    async def auth(self, request: IRequest) -> bytes:
        """Check a key and keep it."""
        if self._commands is None:
            raise no_keys()
        control = self._commands.control
        try:
            connected = await control.connect(api_key(request.content.read()))
        except (SettingsUnreadable, WrongSettings, OSError) as e:
            raise unkept(control.file.path.name, e) from e
        found = {
            "in_force": connected.in_force,
            "limited": connected.limited,
            "models": connected.models,
        }
        return as_json(request, {"status": "ok", **found})

    @_at(app, "GET", "/v1/notifications")
    async def notifications(self, request: IRequest) -> bytes | None:
        """Tell what a person should see: what is kept of it, or all as it comes."""
        if self._feed is None:
            raise InvalidRequest("Nobody is notified here.", status=404)
        if not wants_stream(request):
            return as_json(request, self._feed.listed(request))
        await self._feed.stream(request)
        return None

    @_at(app, "POST", "/v1/commands")
    async def command(self, request: IRequest) -> bytes:
        """Run a command for a program: the same ones as in a chat."""
        if self._commands is None:
            raise InvalidRequest("There are no commands here.", status=404)
        told = await self._commands.run(words(request.content.read()))
        found = {"ok": told.ok, "understood": told.understood, "text": told.text, "data": told.data}
        return as_json(request, found)

    @_at(app, "GET", "/metrics")
    async def figures(self, request: IRequest) -> bytes:
        """Give what was counted."""
        body = text(await self._gathered(self.metrics.snapshot))
        say(request, {b"Content-Type": CONTENT_TYPE, b"Content-Length": b"%d" % len(body)})
        return body

    @app.handle_errors(InvalidRequest, UpstreamFailed)
    def refused(self, request: IRequest, failure: Failure) -> bytes:
        """An error that says itself what it means."""
        return write_error(request, cast(UpstreamFailed, failure.value))

    @app.handle_errors(HTTPException)
    def unserved(self, request: IRequest, failure: Failure) -> bytes:
        """A path or method that is not served."""
        return of_http(request, cast(HTTPException, failure.value))

    @app.handle_errors(Exception)
    def broken(self, request: Any, failure: Failure) -> bytes | None:
        """A bug of ours, or a client who has left."""
        if failure.check(CancelledError):
            return None
        self._log.failure("a request could not be served", quiet(failure))
        if request.startedWriting:
            # The status is spent, and an answer must not end as if it were whole.
            request.transport.abortConnection()
            return None
        return write_error(request, UpstreamFailed("reply", 500, "The proxy itself failed."))

    def _failed(self, request: IRequest, failure: Failure) -> bytes | None:
        """What is said instead of the answer to a chat request."""
        if isinstance(failure.value, InvalidRequest | UpstreamFailed):
            return write_error(request, failure.value)
        said: bytes | None = self.broken(request, failure)
        return said


def _own_id(request: Any) -> str:
    """The request's identifier, given to it here unless that was done at the door."""
    if not request.responseHeaders.hasHeader(b"x-request-id"):
        request.setHeader(b"x-request-id", request_id(request))
    given: str = request.responseHeaders.getRawHeaders("x-request-id")[0]
    return given
