"""Where a proxy listens, as endpoint strings say it."""

from typing import Any

from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IStreamServerEndpoint


def endpoint_of(reactor: Any, written: str) -> IStreamServerEndpoint:
    """
    What an endpoint string describes. A socket in the file system is for its owner, unless the
    string says otherwise.

    :raises ValueError: nothing that one can listen on.
    """
    private = ":mode=600" if written.startswith("unix:") and ":mode=" not in written else ""
    try:
        endpoint: IStreamServerEndpoint = serverFromString(reactor, written + private)
        return endpoint
    except Exception as e:
        # Each kind of endpoint has a parser of its own, and errors of its own.
        raise ValueError(f"nobody can listen on '{written}': {e}") from e
