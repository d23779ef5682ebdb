"""What has not changed is the very same object."""

from collections.abc import Collection
from operator import is_
from typing import Any


def alike(made: Collection[Any], given: Collection[Any]) -> bool:
    """Whether both hold the very same values, in the same order."""
    return made is given or (len(made) == len(given) and all(map(is_, made, given)))
