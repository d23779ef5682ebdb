"""
The way of the request that is made most often. Klein looks through all paths for each, which takes
longer than most of what is done for a chat; so those of chats are known here.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from twisted.web.server import NOT_DONE_YET
from zope.interface import implementer

from ..quiet import quiet
from .headers import say

View = Callable[[IRequest], Awaitable[bytes | None]]
"""Answers a request: gives the body, or what is left of it."""


@implementer(IResource)
@attrs.define(eq=False, slots=False)
class Direct:
    """
    Answers what is posted to some paths, and leaves all else to a resource.

    :param paths: without slashes at their ends.
    :param view: answers. Who leaves cancels it.
    :param failed: gives the body where that fails.
    :param resource: serves everything else.
    """

    isLeaf = True

    _paths: frozenset[str]
    _view: View
    _failed: Callable[[IRequest, Failure], bytes | None]
    _resource: IResource

    _log = Logger()

    def getChildWithDefault(self, name: bytes, request: IRequest) -> IResource:
        """All paths end here."""
        return self

    def putChild(self, path: bytes, child: IResource) -> None:
        """Children belong to the resource."""
        self._resource.putChild(path, child)

    def render(self, request: Any) -> Any:
        """Answer, or let the resource do so."""
        if request.method != b"POST" or self._path(request) not in self._paths:
            return self._resource.render(request)
        answer = Deferred.fromCoroutine(self._answered(request))
        request.notifyFinish().addErrback(lambda _: answer.cancel())
        return NOT_DONE_YET

    def _path(self, request: Any) -> str:
        path = b"/".join((b"", *request.postpath)).decode("utf-8", "replace")
        return path.removesuffix("/")

    async def _answered(self, request: Any) -> None:
        try:
            body = await self._view(request)
        except Exception:
            body = self._without(request, Failure())
        if _is_over(request):
            return
        if body is not None:
            say(request, {b"Content-Length": b"%d" % len(body)})
            request.write(body)
        request.finish()

    def _without(self, request: Any, failure: Failure) -> bytes | None:
        """What is said instead of an answer, if there is somebody left to say it to."""
        if not _is_over(request):
            return self._failed(request, failure)
        if not failure.check(CancelledError):
            self._log.failure("a request was over before it failed", quiet(failure))
        return None


def _is_over(request: Any) -> bool:
    """Whether the client has all of its answer, or has left."""
    return bool(request.finished) or request.channel is None
