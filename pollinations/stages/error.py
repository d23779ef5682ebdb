"""An error that came as an answer, with status 200 or in the middle of a stream."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import attrs

from ..chat import loose
from ..chat.chunk import ERROR, FINISH, Chunk
from ..routing.error_reply import failure_from
from .stage import Stage

_STATUSES = ("status", "statusCode", "status_code", "code")


@attrs.define(eq=False)
class Error(Stage):
    """Fails for what is an error, whatever else the upstream calls it."""

    wants = ERROR | FINISH

    def received(self, chunk: Chunk) -> Sequence[Chunk]:
        """See :meth:`.stage.Stage.received`."""
        if chunk.holds & ERROR:
            _fail(chunk.data)
        for choice in chunk.choices:
            if choice.get("finish_reason") == "error":
                _fail({"error": choice.get("error") or {}})
        return (chunk,)


def _fail(said: Mapping[str, Any]) -> NoReturn:
    try:
        body = loose.dumps({name: said[name] for name in said if name != "choices"})
    except ValueError:
        body = b""
    failure = failure_from(_status(said), _NoHeaders(), body, 0.0)
    raise failure if failure.code else attrs.evolve(failure, code="upstream_error")


def _status(said: Mapping[str, Any]) -> int:
    """The status that the error itself claims, if it is that of an error, else 502."""
    error = said.get("error")
    for place in (error, said):
        found = place if isinstance(place, Mapping) else {}
        for status in map(found.get, _STATUSES):
            if type(status) is int and 400 <= status <= 599:
                return status
    return 502


class _NoHeaders:
    """An error inside of an answer has no headers of its own."""

    def getRawHeaders(self, name: str, /) -> None:
        return None
