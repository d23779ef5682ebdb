"""
Sends what is written in the very turn of the reactor in which it is written.

Twisted keeps it for the next turn and has the kernel tell when that may be: two calls of the system
and a turn for each request and each event of a stream, nearly all of which a connection takes at
once.
"""

from twisted.internet.tcp import Connection


def sent(transport: object, data: bytes) -> int:
    """
    Send of *data* what *transport* takes at once.

    :return: how many bytes that was. The rest is to be written as ever; it is all, unless this is a
        connection without TLS on which nothing waits to be sent.
    """
    if not isinstance(transport, Connection) or transport.TLS or _is_busy(transport):
        return 0
    taken = transport.writeSomeData(data)
    # An error is a lost connection, which shows when the rest is written.
    return taken if isinstance(taken, int) else 0


def _is_busy(connection: Connection) -> bool:
    """Whether something waits to be sent, or nothing may be."""
    # Names of Twisted's, of which these two are not public: what waits.
    waiting = connection.dataBuffer or connection._tempDataBuffer
    return bool(waiting or connection.disconnecting or not connection.connected)
