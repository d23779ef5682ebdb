"""What became of a request, as a value, and the last of them."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from .catalogue import Model
from .failure import Origin
from .gaps import Gaps
from .route import Route
from .traceparent import TraceContext

KEPT: Final = 200
"""How many records are kept."""

LEFT: Final = 499
"""The status of a request whose client left before its end, as nginx counts it."""


@attrs.frozen
class Attempt:
    """
    One request that was sent to an upstream.

    :param route: the model that was asked.
    :param status: what it answered, or what its failure means; 0 when nobody heard the end.
    :param seconds: how long that took, to the first byte of an answer or to the failure.
    :param kind: the failure's row (:mod:`pollinations.routing.failure`), or empty for an answer.
    :param in_band: the code of a failure that was sent with status 200, as if it were an answer.
    :param at: when it was sent, in seconds since the epoch.
    :param span_id: its place in the request's trace, or empty where there is none.
    """

    route: Route
    status: int
    seconds: float
    kind: str = ""
    in_band: str = ""
    at: float = 0.0
    span_id: str = ""


@attrs.frozen
class Record:
    """
    One request, from its arrival to its end. It holds no prompt, no answer and no key.

    :param id: the request's identifier.
    :param asked: the model's name as the client wrote it.
    :param route: who answered, or was the last to be asked, with the reason.
    :param at: when it arrived, in seconds since the epoch.
    :param rules: the names of the rules that altered the request.
    :param attempts: what was sent, in order.
    :param status: the status that the client got; :data:`LEFT` when it left before.
    :param first_byte: seconds until the first byte of the answer left, or ``None``.
    :param seconds: until the last one did.
    :param prompt_tokens: as the upstream counted them, or ``None`` when it did not.
    :param completion_tokens: the same.
    :param cost: pollen, by the catalogue's prices, or ``None`` where there are none.
    :param cached_tokens: those of the prompt that had been read before.
    :param reasoning_tokens: those of the completion that are thoughts.
    :param estimated: whether it was us who counted the tokens.
    :param stream: whether the answer was wanted as it comes.
    :param origin: whose fault it is, where the client got no whole answer.
    :param left: how far it was when its client left: ``queued``, ``waiting`` for a first byte,
        ``pausing`` before another attempt, ``streaming``, or ``stalled`` when it took nothing more.
    :param overhead: seconds in which nobody but us was waited for, or ``None`` without an answer.
    :param queued: seconds in the queue, or ``None`` where there is none.
    :param gaps: how a stream came.
    :param cut: the finish reason of an answer that a stage cut off.
    :param remembered: whether anything was remembered of the conversation; ``None`` for one in
        which no model has spoken yet, and where the model is given nothing back.
    :param trace: its place in a trace, or ``None`` where nobody follows it.
    """

    id: str
    asked: str
    route: Route
    at: float = 0.0
    rules: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    status: int = 200
    first_byte: float | None = None
    seconds: float = 0.0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    estimated: bool = False
    stream: bool = False
    origin: Origin = ""
    left: str = ""
    overhead: float | None = None
    queued: float | None = None
    gaps: Gaps | None = None
    cut: str = ""
    remembered: bool | None = None
    trace: TraceContext | None = None


@attrs.define(eq=False)
class Records:
    """The last requests, the newest first."""

    _kept: deque[Record] = attrs.field(factory=lambda: deque(maxlen=KEPT), init=False)

    def add(self, record: Record) -> None:
        """Keep *record*; the oldest goes when there are too many."""
        self._kept.appendleft(record)

    @property
    def latest(self) -> Record | None:
        """The request that ended last."""
        return self._kept[0] if self._kept else None

    def find(self, id: str) -> Record | None:
        """The request with this identifier."""
        return next((record for record in self._kept if record.id == id), None)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def cost(usage: Mapping[str, Any] | None, model: Model | None) -> float | None:
    """
    What an answer cost, in pollen.

    Cached and audio tokens are part of the prompt's and have prices of their own; so have audio and
    reasoning tokens of the completion. A kind without its own price costs what text does.

    :param usage: OpenAI's ``usage`` of the answer.
    :param model: who gave it, with its prices.
    :return: ``None`` where tokens or prices are unknown.
    """
    if not usage or model is None or not model.pricing:
        return None
    read = _Bill(model.pricing, "promptTextTokens", _count(usage, "prompt_tokens"))
    details = usage.get("prompt_tokens_details")
    read.part("promptCachedTokens", _count(details, "cached_tokens"))
    read.part("promptAudioTokens", _count(details, "audio_tokens"))
    written = _Bill(model.pricing, "completionTextTokens", _count(usage, "completion_tokens"))
    details = usage.get("completion_tokens_details")
    written.part("completionReasoningTokens", _count(details, "reasoning_tokens"))
    written.part("completionAudioTokens", _count(details, "audio_tokens"))
    return read.total + written.total


def tokens(usage: Any, name: str) -> int | None:
    """A number of tokens, or ``None`` where the upstream did not count them."""
    return _count(usage, name) if isinstance(usage, dict) and name in usage else None


@attrs.define
class _Bill:
    """The price of a number of tokens, some of which are of a kind of their own."""

    _pricing: Mapping[str, float]
    _text: str
    _left: int
    _sum: float = 0.0

    def part(self, kind: str, count: int) -> None:
        """*count* of the tokens are of this *kind*."""
        count = min(count, self._left)
        self._left -= count
        self._sum += count * self._pricing.get(kind, self._pricing.get(self._text, 0.0))

    @property
    def total(self) -> float:
        return self._sum + self._left * self._pricing.get(self._text, 0.0)


def _count(usage: Any, name: str) -> int:
    """A number of tokens out of what an upstream sent, 0 for anything that is not one."""
    value = usage.get(name) if isinstance(usage, dict) else None
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return max(0, value)
