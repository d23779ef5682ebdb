"""Thought signatures of the imitation: opaque to a client, and the imitation knows its own."""

from base64 import b64decode, b64encode
from binascii import Error

SKIP = "skip_thought_signature_validator"
"""What stands in for a signature that is lost."""

_MARK = "imitation of a thought"


def signature_for(function: str, number: int) -> str:
    """The signature of the call number *number*, which calls *function*."""
    return b64encode(f"{_MARK}:{function}:{number}".encode()).decode()


def belongs(signature: str, function: str) -> bool:
    """Whether *signature* may stand on a call of *function*: its own, or the one that skips."""
    if signature == SKIP:
        return True
    try:
        owner, _, _ = b64decode(signature, validate=True).decode().rpartition(":")
    except (Error, ValueError):
        return False
    return owner == f"{_MARK}:{function}"
