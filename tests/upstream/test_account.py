"""The account pages, asked in memory."""

from collections.abc import Callable
from typing import Any

import attrs
import orjson
from treq.testing import RequestTraversalAgent
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseFailed
from twisted.web.iweb import IRequest
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from pollinations.interfaces import IQuotaProvider
from pollinations.routing.quota import Quota
from pollinations.testing.quotas import QuotaProviderTests
from pollinations.upstream.account import LIMIT, AccountQuota, KeyCheck, NoQuota
from pollinations.upstream.agent import LeanClient

KEY = "sk_abcdefghijklmnop"
NOW = 1_769_342_400.0  # 2026-01-25, noon
WALLETS = {"balance": 12.5, "accountBalance": {"total": 12.5, "tier": 2.5, "paid": 10.0}}
TIERS = {
    "profile": {"tier": "flower", "nextResetAt": "2026-01-26T00:00:00.000Z"},
    "balance": {"balance": 57.5},
    "usage": {
        "usage": [
            {"timestamp": "2026-01-25 09:00:00", "meter_source": "tier", "cost_usd": 2.5},
        ]
    },
}
HANGS = object()


@attrs.define(eq=False, slots=False)
class Account(Resource):
    """
    The account pages.

    :param pages: the last part of a path to its JSON, its bytes, its status, or :data:`HANGS`.
    """

    pages: dict[str, Any]
    asked: list[tuple[str, str | None, str | None]] = attrs.field(factory=list)
    agents: list[str | None] = attrs.field(factory=list)
    isLeaf = True

    def __attrs_post_init__(self) -> None:
        super().__init__()

    def render_GET(self, request: IRequest) -> Any:
        page = request.path.decode().removeprefix("/account/")
        self.asked.append(
            (request.uri.decode(), request.getHeader("authorization"), request.getHeader("cookie"))
        )
        self.agents.append(request.getHeader("user-agent"))
        said = self.pages.get(page, 404)
        if said is HANGS:
            return NOT_DONE_YET
        if isinstance(said, int):
            request.setResponseCode(said)
            return b"{}"
        return said if isinstance(said, bytes) else orjson.dumps(said)


@attrs.frozen
class Broken:
    """A network that fails."""

    error: Callable[[], Exception]

    def get(self, url: str, **kwargs: Any) -> "Deferred[Any]":
        failed: Deferred[Any] = Deferred()
        failed.errback(Failure(self.error()))
        return failed


class Silent:
    """A network on which nothing happens."""

    def get(self, url: str, **kwargs: Any) -> "Deferred[Any]":
        return Deferred()


def refused_with(status: int) -> dict[str, Any]:
    """Pages that all answer with this *status*."""
    return dict.fromkeys(("profile", "balance", "usage", "key"), status)


class AccountTests(SynchronousTestCase):
    """What is asked, and what becomes of the answers."""

    def setUp(self) -> None:
        self.clock = Clock()

    def account(self, pages: dict[str, Any], key: str = KEY) -> AccountQuota:
        self.pages = Account(pages)
        client = LeanClient(RequestTraversalAgent(self.pages))
        return AccountQuota(
            client, "https://gen.example/", key, self.clock, lambda: NOW, "curl/8.5.0"
        )

    def look(self, pages: dict[str, Any]) -> Quota:
        quota: Quota = self.successResultOf(self.account(pages).quota())
        return quota

    def test_wallets(self) -> None:
        """The newer world, in which some pages say nothing."""
        expected = Quota(True, grant=2.5, wallet=10.0, seen=NOW)
        self.assertEqual(self.look({"profile": {}, "balance": WALLETS, "usage": {}}), expected)
        self.assertEqual(self.look({"balance": WALLETS}), expected)

    def test_tiers(self) -> None:
        """The older world, made of all three."""
        resets = NOW + 12 * 3600
        expected = Quota(True, 7.5, 10.0, 50.0, tier="flower", resets=resets, seen=NOW)
        self.assertEqual(self.look(TIERS), expected)

    def test_what_is_asked(self) -> None:
        """Three pages, with the key, and with no cookie that another one has set."""
        self.look(TIERS)
        paths = sorted(uri.partition("?")[0] for uri, _, _ in self.pages.asked)
        self.assertEqual(paths, ["/account/balance", "/account/profile", "/account/usage"])
        self.assertEqual({key for _, key, _ in self.pages.asked}, {f"Bearer {KEY}"})
        self.assertEqual({cookie for _, _, cookie in self.pages.asked}, {None})
        self.assertEqual(set(self.pages.agents), {"curl/8.5.0"})

    def test_a_limited_key(self) -> None:
        """A key that may not see the account is not a bad one."""
        self.assertEqual(self.look(refused_with(403)), Quota(limited=True, seen=NOW))

    def test_not_to_be_had(self) -> None:
        """Errors, web pages, nothing at all: then nothing is known."""
        odd = [refused_with(status) for status in (401, 402, 404, 429, 500, 503)]
        bodies = (b"", b"<html>busy</html>", b"null", b"[]", b'{"balance": NaN}', b'{"balance":')
        odd += [{"profile": {}, "balance": body} for body in bodies]
        for pages in odd:
            self.assertEqual(self.look(pages), Quota(seen=NOW))

    def test_one_page_breaks(self) -> None:
        """An allowance of which nobody knows what was used is not known."""
        self.assertEqual(self.look({**TIERS, "usage": 500}), Quota(seen=NOW))

    def test_a_redirect_is_not_followed(self) -> None:
        """The key goes where it belongs, and nowhere else."""
        self.assertEqual(self.look(refused_with(302)), Quota(seen=NOW))
        self.assertEqual(len(self.pages.asked), 3)

    def test_too_slow(self) -> None:
        """Five seconds are enough; the pages share them."""
        looking = Deferred.fromCoroutine(self.account({**TIERS, "balance": HANGS}).quota())
        self.clock.advance(4.9)
        self.assertNoResult(looking)
        self.clock.advance(0.1)
        self.assertEqual(self.successResultOf(looking), Quota(seen=NOW))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_all_too_slow(self) -> None:
        """They are asked together: three that hang take no longer than one."""
        pages = dict.fromkeys(("profile", "balance", "usage"), HANGS)
        looking = Deferred.fromCoroutine(self.account(pages).quota())
        self.clock.advance(5.0)
        self.assertEqual(self.successResultOf(looking), Quota(seen=NOW))

    def test_too_large(self) -> None:
        """A page without end is given up."""
        page = b"[" + b"0," * (LIMIT // 2)
        self.assertEqual(self.look({"profile": {}, "balance": page}), Quota(seen=NOW))

    def test_the_network_fails(self) -> None:
        """In whatever way: that is no error of ours."""
        for error in (ConnectionRefusedError, lambda: ResponseFailed([]), lambda: KeyError("x")):
            account = AccountQuota(
                Broken(error), "https://x", KEY, self.clock, lambda: NOW, "curl/8.5.0"
            )
            self.assertEqual(self.successResultOf(account.quota()), Quota(seen=NOW))
            self.assertEqual(self.successResultOf(account.check()), KeyCheck("unchecked"))

    def test_hanging_up(self) -> None:
        """Who stops asking on a live connection is not told that the account cannot be seen."""
        pages = dict.fromkeys(("profile", "balance", "usage", "key"), HANGS)
        account = self.account(pages)
        for asking in (account.quota(), account.check()):
            looking = Deferred.fromCoroutine(asking)
            looking.cancel()
            self.failureResultOf(looking, CancelledError)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_giving_up_before_there_is_a_connection(self) -> None:
        """Being cancelled is passed on, not taken for an account that cannot be seen."""
        account = AccountQuota(Silent(), "https://x", KEY, self.clock, lambda: NOW, "curl/8.5.0")
        for asking in (account.quota(), account.check()):
            looking = Deferred.fromCoroutine(asking)
            looking.cancel()
            self.failureResultOf(looking, CancelledError)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_the_key_is_not_shown(self) -> None:
        """Not in a ``repr``, which logs and tracebacks hold."""
        self.assertNotIn(KEY, repr(self.account(TIERS)))


MODELS = [{"name": "a"}, {"name": "b", "paid_only": True}, {"name": "c", "category": "image"}]
VALID = {"valid": True, "type": "secret", "permissions": {"account": ["usage"]}}


class KeyTests(SynchronousTestCase):
    """Whether a key is good."""

    def check(self, said: Any, key: str = KEY, models: Any = MODELS) -> KeyCheck:
        self.clock, self.pages = Clock(), Account({"key": said, "/text/models": models})
        client = LeanClient(RequestTraversalAgent(self.pages))
        account = AccountQuota(
            client, "https://gen.example", key, self.clock, lambda: NOW, "curl/8.5.0"
        )
        check: KeyCheck = self.successResultOf(account.check())
        return check

    def test_valid(self) -> None:
        """The service says so, and what the key may see."""
        for permissions, limited in (
            ({"account": ["profile", "usage"]}, False),
            ({"account": ["balance"]}, False),
            ({"account": []}, True),
            ({"account": ["profile", 7]}, True),
            ({"account": None}, None),
            (None, None),
        ):
            page = {"valid": True, "type": "secret", "permissions": permissions}
            self.assertEqual(self.check(page), KeyCheck("valid", limited, 2, 1))

    def test_the_models_are_asked_for_with_the_key(self) -> None:
        """After the page of the key itself, and in every shape that lists come in."""
        for models in (MODELS, {"data": MODELS}, ["a", "b"]):
            self.assertEqual(self.check(VALID, models=models).models, 2)
            asked = [(uri, key) for uri, key, _ in self.pages.asked]
            bearer = f"Bearer {KEY}"
            self.assertEqual(asked, [("/account/key", bearer), ("/text/models", bearer)])

    def test_invalid(self) -> None:
        """The service does not know it; then nothing else is asked."""
        for said in (401, {"valid": False}):
            self.assertEqual(self.check(said), KeyCheck("invalid"))
            self.assertEqual(len(self.pages.asked), 1)
        self.assertEqual(self.check(VALID, models=401), KeyCheck("invalid"))

    def test_barred(self) -> None:
        """A key that may use no chat model is known, and of no use."""
        for models in ([], {"data": []}, [{"name": "c", "category": "image"}], 403):
            self.assertEqual(self.check(VALID, models=models), KeyCheck("barred", limited=False))

    def test_unchecked(self) -> None:
        """Whatever else it says is no word about the key."""
        for said in (403, 404, 429, 500, b"<html>", {}, [], {"valid": "yes"}, {"valid": None}):
            self.assertEqual(self.check(said), KeyCheck("unchecked"))
        for models in (302, 404, 429, 500, b"<html>", {}, {"data": 5}, b"null"):
            self.assertEqual(self.check(VALID, models=models), KeyCheck("unchecked"))

    def test_not_even_a_key(self) -> None:
        """What cannot be sent in a header is not sent anywhere."""
        for key in ("", " ", "sk a", "sk_a\r\nX-Evil: 1", "sk_\x00", "sk_é", "clé"):
            self.assertEqual(self.check({"valid": True}, key), KeyCheck("invalid"))
            self.assertEqual(self.pages.asked, [])


class AccountQuotaTests(QuotaProviderTests, SynchronousTestCase):
    """Ours is a quota provider."""

    def make_provider(self) -> IQuotaProvider:
        return self.account(Account(TIERS))

    def make_broken_provider(self) -> IQuotaProvider:
        return self.account(Account({}))

    def account(self, pages: Account) -> IQuotaProvider:
        client = LeanClient(RequestTraversalAgent(pages))
        return AccountQuota(client, "https://gen.example", KEY, Clock(), lambda: NOW, "curl/8.5.0")


class NoQuotaTests(QuotaProviderTests, SynchronousTestCase):
    """So is one that knows nothing."""

    def make_provider(self) -> IQuotaProvider:
        return NoQuota()

    def test_knows_nothing(self) -> None:
        """Without an account there is nothing to know."""
        self.assertFalse(self.successResultOf(NoQuota().quota()).known)
