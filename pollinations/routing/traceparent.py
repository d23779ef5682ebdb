"""
Where a request stands in a trace: the headers ``traceparent`` and ``tracestate``.

Both are read as W3C's recommendation "Trace Context" says, of whose second level the flag for
random identifiers is known too. What is no valid ``traceparent`` continues no trace, and its
``tracestate`` counts for nothing. ``baggage`` is a client's own and goes no further.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

MEMBERS: Final = 32
"""The most members that a ``tracestate`` may have."""

STATE_LIMIT: Final = 512
"""The most bytes of a ``tracestate`` that are passed on; more need not be."""

LARGE: Final = 128
"""Bytes over which a member is the first to go."""

SAMPLED: Final = 0x01
"""The flag of a trace that is recorded."""

RANDOM: Final = 0x02
"""The flag of a trace whose identifier was made at random."""

_PARENT = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})"
    r"-(?P<span>(?!0{16})[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?"
)
_SIMPLE = r"[a-z][a-z0-9_*/-]{0,255}"
_TENANT = r"[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}"
_VALUE = r"[ -+\--<>-~]{0,255}[!-+\--<>-~]"
_MEMBER = re.compile(f"(?P<key>{_SIMPLE}|{_TENANT})={_VALUE}")
_SPACE = " \t"


@attrs.frozen
class TraceContext:
    """
    A place in a trace.

    :param trace_id: of the trace; 32 hexadecimal digits.
    :param span_id: of what is done here; 16 hexadecimal digits.
    :param flags: :data:`SAMPLED` and :data:`RANDOM`, together.
    :param state: what others have to say of the trace, as ``tracestate`` does.
    :param parent_id: the span that this is a part of, or empty.
    :param ours: whether the trace began here, so that nobody outside knows of it.
    """

    trace_id: str
    span_id: str
    flags: int = SAMPLED
    state: str = ""
    parent_id: str = ""
    ours: bool = False

    @property
    def sampled(self) -> bool:
        """Whether the trace is recorded."""
        return bool(self.flags & SAMPLED)

    @property
    def headers(self) -> Mapping[str, str]:
        """What an upstream is told of it; nothing of a trace that began here."""
        if self.ours:
            return {}
        found = {"traceparent": f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"}
        return {**found, "tracestate": self.state} if self.state else found

    def child(self) -> "TraceContext":
        """A part of what is done here, with a span of its own."""
        return attrs.evolve(self, span_id=new_span_id(), parent_id=self.span_id)


def parse(parents: Sequence[str], states: Sequence[str] = ()) -> TraceContext | None:
    """
    The place that a client speaks from.

    :param parents: the values of its ``traceparent`` headers, of which there must be one.
    :param states: those of its ``tracestate`` headers.
    :return: ``None`` where it names none, or none that is valid.
    """
    if len(parents) != 1:
        return None
    match = _PARENT.fullmatch(parents[0].strip(_SPACE))
    # Versions to come may say more, behind what is known.
    if match is None or (match["version"] == "00" and match["more"] is not None):
        return None
    flags = int(match["flags"], 16) & (SAMPLED | RANDOM)
    return TraceContext(match["trace"], match["span"], flags, parse_state(states))


def parse_state(states: Sequence[str]) -> str:
    """
    What is passed on of a ``tracestate``, in one line.

    :param states: the values of the headers, which are one list.
    :return: empty where any of it is not valid.
    """
    found = [member.strip(_SPACE) for state in states for member in state.split(",")]
    members = [member for member in found if member]
    matches = [_MEMBER.fullmatch(member) for member in members]
    keys = {match["key"] for match in matches if match}
    if len(members) > MEMBERS or len(keys) < len(members):
        return ""
    return ",".join(_bounded(members))


def new_span_id() -> str:
    """An identifier that no other span has."""
    return _identifier(8)


def new_trace_id() -> str:
    """An identifier that no other trace has."""
    return _identifier(16)


def begun(flags: int = SAMPLED) -> TraceContext:
    """The beginning of a trace of our own."""
    return TraceContext(new_trace_id(), new_span_id(), flags, ours=True)


def continued(parent: TraceContext | None) -> TraceContext | None:
    """Our part in the trace of a client; ``None`` where it follows none."""
    return None if parent is None else parent.child()


def _identifier(size: int) -> str:
    """*size* random bytes, not all of them zero."""
    return f"{secrets.randbelow(2 ** (8 * size) - 1) + 1:0{2 * size}x}"


def _bounded(members: Sequence[str]) -> Sequence[str]:
    """As many members as are passed on: large ones go first, then the last ones."""
    kept = list(members)
    for large in [member for member in reversed(members) if len(member) > LARGE]:
        if _length(kept) > STATE_LIMIT:
            kept.remove(large)
    while _length(kept) > STATE_LIMIT:
        kept.pop()
    return kept


def _length(members: Sequence[str]) -> int:
    return sum(len(member) + 1 for member in members) - 1
