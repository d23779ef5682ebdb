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
    if written.startswith("systemd:") and "domain=UNIX" in written:
        # Twisted opens such a socket to every user, and removes it when it stops listening.
        raise ValueError(f"'{written}': of systemd's sockets only those of INET and INET6 are used")
    private = ":mode=600" if written.startswith("unix:") and ":mode=" not in written else ""
    try:
        endpoint: IStreamServerEndpoint = serverFromString(reactor, written + private)
        return endpoint
    except LookupError as e:
        raise ValueError(f"nobody can listen on '{written}': no such socket was given") from e
    except Exception as e:
        # Each kind of endpoint has a parser of its own, and errors of its own.
        raise ValueError(f"nobody can listen on '{written}': {e}") from e
