"""Gives notifications out: as a list, and as a stream of events for as long as somebody listens."""

from typing import Any, Final

import attrs
import orjson
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger, LogLevel
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from zope.interface import implementer

from ..errors import InvalidRequest, UpstreamFailed, stopping
from ..routing.notification import Notification, Notifications
from .reply import as_events

MOST: Final = 32
"""How many may listen at once."""

RECENT: Final = 10.0
"""Seconds back from which a new listener is told: it may have been started by what happened."""

KEEPALIVE: Final = 15.0
"""Seconds between two comments, which keep a silent connection alive."""

STALLED: Final = 120.0
"""Seconds after which somebody who takes nothing does not listen any more."""

_EVENTS = "text/event-stream"

_LEVELS = {"info": "info", "success": "info", "warning": "warn", "error": "error"}


@attrs.define(eq=False, slots=False)
class NotificationFeed(Service):
    """
    Whoever listens to notifications. When the service stops, all are sent home.

    :param notifications: what they listen to.
    :param clock: times the comments that keep silent connections alive.
    """

    _notifications: Notifications
    _clock: IReactorTime
    _listeners: "set[_Listener]" = attrs.field(factory=set, init=False)
    _closed: bool = attrs.field(default=False, init=False)

    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._notifications.observers.append(self._logged)
        self._notifications.subscribers.append(self._told)

    def stopService(self) -> None:
        """Nothing more comes."""
        super().stopService()
        self.close()

    def close(self) -> None:
        """Send all home, and let nobody listen any more."""
        self._closed = True
        for listener in tuple(self._listeners):
            listener.leave()

    @property
    def listening(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def listed(self, request: Any) -> dict[str, Any]:
        """
        Those that are kept, or that came after ``?since=ID``.

        :raises InvalidRequest: that is no number.
        """
        kept = self._notifications.since(_since(request) or 0)
        return {"object": "list", "data": [attrs.asdict(one) for one in kept]}

    async def stream(self, request: Any) -> None:
        """
        Write notifications to *request* as they come, until its client leaves or this stops.

        Who names the last one that it has seen is told of all that followed, as far as they are
        kept; others of the last few seconds.

        :raises InvalidRequest: what it names is no number.
        :raises UpstreamFailed: too many are listening, or nobody may any more.
        """
        last = _since(request)
        if request.method == b"HEAD":
            as_events(request)
            return
        if self._closed:
            raise stopping()
        if len(self._listeners) >= MOST:
            message = f"{MOST} clients already listen to notifications."
            raise UpstreamFailed("connect", 503, message, retry_after=KEEPALIVE)
        missed = self._notifications.since(last or 0)
        if last is None:
            missed = self._notifications.lately(RECENT)
        as_events(request)
        listener = _Listener(request, self._notifications, self._clock)
        self._listeners.add(listener)
        try:
            await listener.heard(missed[0].id - 1 if missed else self._newest)
        finally:
            self._listeners.discard(listener)
            listener.stop()

    @property
    def _newest(self) -> int:
        kept = self._notifications.since()
        return kept[-1].id if kept else 0

    def _told(self, notification: Notification) -> None:
        for listener in tuple(self._listeners):
            listener.tell()

    def _logged(self, one: Notification) -> None:
        level = LogLevel.levelWithName(_LEVELS[one.kind])
        self._log.emit(level, "{title}: {message}", title=one.title, message=one.message)


@implementer(IPushProducer)
@attrs.define(eq=False, slots=False)
class _Listener:
    """
    A client that listens. It is written to at its own pace: what it has not taken yet is not
    kept for it but found again among the notifications, of which the oldest go.
    """

    _request: Any
    _notifications: Notifications
    _clock: IReactorTime
    _last: int = attrs.field(default=0, init=False)
    _paused_at: float | None = attrs.field(default=None, init=False)
    _beat: LoopingCall = attrs.field(init=False)
    _over: "Deferred[None]" = attrs.field(factory=Deferred, init=False)

    async def heard(self, last: int) -> None:
        """Tell of all that came after *last*, and of what comes. Ends when the client leaves."""
        self._last = last
        self._beat = LoopingCall(self._look)
        self._beat.clock = self._clock
        self._request.registerProducer(self, True)
        # The first comment lets the client know at once that it is heard.
        self._beat.start(KEEPALIVE)
        self.tell()
        await self._over
        self._request.unregisterProducer()

    def tell(self) -> None:
        """Write what is new, unless the client still has enough to read."""
        if self._paused_at is not None:
            return
        for one in self._notifications.since(self._last):
            self._last = one.id
            self._request.write(b"id: %d\ndata: %b\n\n" % (one.id, orjson.dumps(attrs.asdict(one))))

    def leave(self) -> None:
        """It is over, as far as we are concerned."""
        if not self._over.called:
            self._over.callback(None)

    def stop(self) -> None:
        """No more comments."""
        if self._beat.running:
            self._beat.stop()

    def pauseProducing(self) -> None:
        """The client has enough to read."""
        if self._paused_at is None:
            self._paused_at = self._clock.seconds()

    def resumeProducing(self) -> None:
        """The client has read it."""
        self._paused_at = None
        self.tell()

    def stopProducing(self) -> None:
        """The connection is gone. Who waits for the end is cancelled by what serves the request."""

    def _look(self) -> None:
        if self._paused_at is None:
            self._request.write(b": listening\n\n")
        elif self._clock.seconds() - self._paused_at >= STALLED:
            self._request.transport.abortConnection()


def _since(request: Any) -> int | None:
    """The last one that the client has seen; ``None`` when it does not say."""
    named = request.args.get(b"since", [None])[0] or request.getHeader(b"last-event-id")
    if named is None:
        return None
    if not (named.isdigit() and len(named) < 20):
        raise InvalidRequest("'since' must be the id of a notification.", "since")
    return int(named)


def wants_stream(request: Any) -> bool:
    """Whether the client asks for events, and would not rather have a list."""
    said = (request.getHeader(b"accept") or b"").decode("latin-1")
    accepted = parse_accept_header(said, MIMEAccept)
    named = (q for kind, q in accepted if kind.partition(";")[0].lower() == _EVENTS)
    events = max(named, default=0)
    return events > 0 and events >= accepted["application/json"]
