"""Values as JSON, and back, for those that workers tell each other of."""

from typing import Any

from cattrs import Converter

from ..routing.quota import Quota
from ..routing.record import Record

_CONVERTER = Converter()


def told(value: Record | Quota) -> Any:
    """*value*, as JSON can say it."""
    return _CONVERTER.unstructure(value)


def record_of(said: Any) -> Record:
    """The record that this was."""
    return _CONVERTER.structure(said, Record)


def quota_of(said: Any) -> Quota:
    """The quota that this was."""
    return _CONVERTER.structure(said, Quota)
