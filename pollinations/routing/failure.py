"""
What it means that an upstream failed, in one table.

The rule of this file: what to do about a failure is looked up here and decided nowhere else. The
rows are tried from the top, and the first that fits says it all.
"""

from collections.abc import Callable, Container, Sequence
from functools import partial
from typing import Final, Literal

import attrs

from ..chat.envelope import OVERFLOW
from ..chat.request import ChatRequest
from ..errors import STOPPING, UpstreamFailed
from .error_reply import QUEUE_FULL
from .route import ENTER, FREE, Route

Cooling = Literal["none", "model", "held"]
"""
Whether the model is left alone for a while: not at all, for some seconds, or until a look at the
account shows that there is something to spend again.
"""

Origin = Literal["", "client", "proxy", "upstream"]
"""Whose fault something is, or nobody's."""

LANE_FULL: Final = "lane_full"
"""Our own queue for the free universe has no place left."""


@attrs.frozen
class Verdict:
    """
    What a failure means.

    :param kind: the row's name, for logs and metrics.
    :param retry: whether the same model may be asked again.
    :param reason: what the notice says when another model takes over; empty: nobody does, the
        failure goes to the client.
    :param cooling: whether the model is left alone for a while.
    :param look: whether the quota must be looked at again.
    :param wait: seconds that the upstream asked us to wait, or ``None``.
    :param origin: whose fault it is.
    :param cause: the reason in a word, for metrics; by default the kind is.
    """

    kind: str
    retry: bool = False
    reason: str = ""
    cooling: Cooling = "none"
    look: bool = False
    wait: float | None = None
    origin: Origin = "upstream"
    cause: str = attrs.field()

    @cause.default
    def _kind(self) -> str:
        return self.kind.replace(" ", "_")


def _any(request: ChatRequest, route: Route) -> bool:
    return True


def _gemini_with_tools(request: ChatRequest, route: Route) -> bool:
    """Gemini with tools."""
    names = (route.model, *route.entry.names) if route.entry else (route.model,)
    return bool(request.tools) and any("gemini" in name.lower() for name in names)


@attrs.frozen
class Row:
    """
    One line of the table: which failures it fits, and what they mean.

    An empty condition fits all. In *verdict*, ``{status}`` in the reason is the failure's.

    :param asked: whether it fits what was asked, and of whom.
    """

    verdict: Verdict
    phases: Container[str] = ()
    statuses: Container[int] = ()
    codes: Container[str | None] = ()
    universes: Container[str] = ()
    asked: Callable[[ChatRequest, Route], bool] = _any

    def fits(self, failure: UpstreamFailed, route: Route, request: ChatRequest) -> bool:
        """Whether this row is about *failure*."""
        return (
            (not self.phases or failure.phase in self.phases)
            and (not self.statuses or failure.status in self.statuses)
            and (not self.codes or failure.code in self.codes)
            and (not self.universes or route.universe in self.universes)
            and self.asked(request, route)
        )


_SERVER: Final = range(500, 600)
_TIMEOUTS: Final = (408, 504, 524)
_TOO_LONG: Final = (400, 413, 422)

_unavailable = partial(
    Verdict, reason="Upstream Unavailable ({status})", cooling="model", cause="unavailable"
)

TABLE: Sequence[Row] = (
    Row(Verdict("lane full", origin="proxy"), codes=(LANE_FULL,)),
    Row(Verdict("stopping", origin="proxy"), codes=(STOPPING,)),
    # All free models live at one address: when that is not to be reached, none of them is.
    Row(Verdict("timeout"), phases=("connect",), statuses=_TIMEOUTS, universes=(FREE,)),
    Row(Verdict("network", retry=True), phases=("connect",), universes=(FREE,)),
    # Our own limits on waiting. What was sent may have been billed: it is not sent again.
    Row(
        Verdict("timeout", reason="Upstream Timeout", cooling="model"),
        phases=("connect", "first_byte", "stream"),
        statuses=_TIMEOUTS,
    ),
    Row(_unavailable("cut"), phases=("stream",)),
    Row(_unavailable("network", retry=True), phases=("connect", "first_byte")),
    # What the upstream says.
    Row(
        Verdict("overflow", reason="Context Length Exceeded (Upstream {status})", origin="client"),
        codes=(OVERFLOW,),
        statuses=_TOO_LONG,
    ),
    # The free universe's limit is on the address, so another of its models would not help, and the
    # queue keeps the distance that is asked for.
    Row(Verdict("queue full", retry=True), codes=(QUEUE_FULL,), universes=(FREE,)),
    Row(Verdict("rate limit", retry=True), statuses=(429,), universes=(FREE,)),
    Row(
        Verdict("rate limit", True, "Rate Limit (Upstream {status})", cooling="model"),
        statuses=(429,),
    ),
    Row(
        Verdict("gemini tools", reason="Gemini Tools Auth Failed (Fallback to {model})"),
        statuses=(401,),
        universes=(FREE,),
        asked=_gemini_with_tools,
    ),
    Row(
        Verdict(
            "funds", reason="Insufficient Funds (Upstream {status})", cooling="held", look=True
        ),
        statuses=(402,),
        universes=(ENTER,),
    ),
    Row(
        Verdict("key", reason="Invalid API Key (Upstream {status})"),
        statuses=(401,),
        universes=(ENTER,),
    ),
    Row(
        Verdict("access", reason="Access Denied ({status})"),
        statuses=(403,),
        universes=(ENTER,),
    ),
    # A gateway that gave up on a model has waited long enough for all of us.
    Row(Verdict("timeout", reason="Upstream Timeout", cooling="model"), statuses=_TIMEOUTS),
    Row(_unavailable("server", retry=True), statuses=_SERVER),
    Row(Verdict("request"), statuses=(401, 402, 403)),
    # Anything else is about the request, and nobody but the client can mend that.
    Row(Verdict("request", origin="client")),
)


def verdict(failure: UpstreamFailed, route: Route, request: ChatRequest) -> Verdict:
    """
    What *failure* means.

    :param route: who failed.
    :param request: what was asked, as the client sent it.
    """
    found = next(row for row in TABLE if row.fits(failure, route, request)).verdict
    return attrs.evolve(
        found,
        reason=found.reason.replace("{status}", str(failure.status)),
        wait=failure.retry_after,
    )


PATIENCE: Final = 30.0
"""The longest, in seconds, that a retry waits because an upstream asked for it."""

BRIEF: Final = 5.0
"""The same where somebody else could answer: nobody likes silence better than another model."""

FIRST_WAIT: Final = 1.0
"""Seconds before the first retry when the upstream does not say; each further one waits twice."""


def retry_delay(
    verdict: Verdict,
    attempt: int,
    jitter: float,
    fallback_exists: bool,
    retries: int = 2,
) -> float | None:
    """
    How long to wait before the same model is asked again.

    What an upstream asks for is honoured: it is waited for, or somebody else answers meanwhile. A
    rate limit that asks for more patience than anybody has is tested once after a short wait when
    somebody else could answer: such limits are often gone sooner than they say.

    :param attempt: how often the model has been asked for this request, 1 or more.
    :param jitter: a random number from 0 to 1, so that those who failed together do not all come
        back together.
    :param fallback_exists: whether another model would take over.
    :param retries: how often one model may be asked again.
    :return: seconds, or ``None``: it is not asked again.
    """
    if not verdict.retry or attempt > retries:
        return None
    backoff: float = FIRST_WAIT * 2.0 ** (attempt - 1) * (0.8 + 0.4 * jitter)
    if not verdict.wait:
        return backoff
    if verdict.wait <= PATIENCE:
        return None if fallback_exists and verdict.wait > BRIEF else verdict.wait
    rescue = verdict.kind == "rate limit" and fallback_exists and attempt == 1
    return backoff if rescue else None
