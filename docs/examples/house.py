"""The API in somebody else's site, with a router of its own."""

from twisted.internet import reactor
from twisted.web.resource import Resource
from zope.interface import implementer

from pollinations.interfaces import IRouter
from pollinations.routing.route import Route
from pollinations.upstream.agent import network_client
from pollinations.upstream.chat import Upstream
from pollinations.upstream.exchange import Exchange
from pollinations.web.api import OpenAIResource


@implementer(IRouter)
class HouseRouter:
    """Everything goes to the one model that this house has."""

    def route(self, request, situation):
        return Route("house", "qwen-coder")

    def fallback(self, request, route, failure, situation):
        return None


def mount(root: Resource, client=None) -> OpenAIResource:
    """Serve the API under ``/ai/v1/…`` of a site whose root is *root*."""
    client = client or network_client(reactor, connect_timeout=10)
    house = Upstream(client, "http://10.0.0.7:8080/v1/chat/completions", reactor)
    api = OpenAIResource(Exchange(reactor, {"house": house}, router=HouseRouter()), reactor)
    root.putChild(b"ai", api.resource())
    return api
