"""A reactor in memory, on which what belongs in a thread is done at once."""

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.testing import MemoryReactorClock


class ThreadlessReactor(MemoryReactorClock):
    """Says where it listens, and has no other threads."""

    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Any:
        """Listen nowhere, and say where that would be."""
        opened: Any = super().listenTCP(port, factory, backlog, interface)
        opened.getHost = lambda: IPv4Address("TCP", interface or "0.0.0.0", port)
        return opened

    def callFromThread(self, function: Any, *arguments: Any) -> None:
        """Call it now: there is only this thread."""
        function(*arguments)

    def getThreadPool(self) -> Any:
        """This is one as well."""
        return self

    def callInThreadWithCallback(self, done: Any, function: Any, *arguments: Any) -> None:
        """Call it now."""
        done(True, function(*arguments))
