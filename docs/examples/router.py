"""A router that asks free models first, and pays only when they fail, with its tests."""

from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from pollinations.chat.request import ChatRequest
from pollinations.errors import UpstreamFailed
from pollinations.interfaces import IRouter
from pollinations.routing.names import resolve
from pollinations.routing.route import ENTER, FREE, Route
from pollinations.routing.situation import Situation
from pollinations.testing.chunks import context
from pollinations.testing.routers import RouterTests


@implementer(IRouter)
class FreeFirst:
    """Whoever is asked for, the free model of that name answers, as long as it can."""

    def route(self, request: ChatRequest, situation: Situation) -> Route:
        _, name = resolve(request.model, situation.catalogue, situation.has_key)
        return Route(FREE, name, entry=situation.catalogue.find(FREE, name))

    def fallback(
        self, request: ChatRequest, route: Route, failure: UpstreamFailed, situation: Situation
    ) -> Route | None:
        # The client's own mistake would only be made once more, and be paid for.
        ours = failure.status < 500 and failure.status != 429
        if ours or route.universe == ENTER or not situation.has_key:
            return None
        entry = situation.catalogue.find(ENTER, route.model)
        return Route(ENTER, route.model, "The free model failed", entry, rescue=True)


class FreeFirstTests(RouterTests, SynchronousTestCase):
    """What is true of every router is true of this one."""

    def make_router(self) -> FreeFirst:
        return FreeFirst()

    def test_pays_only_with_a_key(self) -> None:
        """Without one, the failure goes to the client."""
        request, failure = context().request, UpstreamFailed("reply", 503, "It is down.")
        for has_key in (False, True):
            situation = Situation(has_key=has_key)
            route = FreeFirst().route(request, situation)
            instead = FreeFirst().fallback(request, route, failure, situation)
            self.assertEqual(instead is not None, has_key)
