"""Gives an answer to the client who asked."""

from typing import Any

import orjson
from twisted.internet.defer import CancelledError
from twisted.web.http_headers import Headers

from ..chat import sse
from ..chat.envelope import envelope_of
from ..errors import ClientStalled, UpstreamFailed
from ..upstream.body import Body
from .headers import say


async def relay(body: Body, request: Any) -> None:
    """
    Write *body* to *request* until both are over, at the client's pace.

    A client who leaves cancels this, and the upstream's connection with it. The status has been
    spent: an answer that breaks off ends in an error event and a closed connection.
    """
    if request.channel is None:
        # The client left in the very turn in which there was something for it.
        body.stopProducing()
        raise CancelledError
    if body.length is not None:
        say(request, {b"Content-Length": b"%d" % body.length})
    body.attach(request)
    if request.startedWriting and not body.ended.called:
        # The head has left, and what comes may take long.
        request.responseHeaders = Headers()
    try:
        await body.ended
    except UpstreamFailed as failure:
        request.write(sse.encode(orjson.dumps(envelope_of(failure))))
        channel = request.channel
        request.finish()
        # Closed at once, it would take along what the client has asked next.
        getattr(channel, "leave", channel.loseConnection)()
    except ClientStalled:
        request.transport.abortConnection()
