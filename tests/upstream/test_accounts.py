"""The account that is looked at is that of the key in force."""

from typing import Any

from treq.testing import StubTreq
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from pollinations.interfaces import IQuotaProvider
from pollinations.routing.quota import FORBIDDEN
from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY, LIMITED_KEY
from pollinations.testing.imitation import Imitation
from pollinations.upstream.account import AccountQuota
from pollinations.upstream.accounts import Accounts


class AccountsTests(SynchronousTestCase):
    """Tests for :class:`pollinations.upstream.accounts.Accounts`."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.imitation = Imitation(self.clock)
        client: Any = StubTreq(self.imitation.resource())
        self.key: str | None = None
        self.accounts = Accounts(
            lambda key: AccountQuota(
                client, "http://up/enter", key, self.clock, lambda: 0.0, "ours"
            ),
            lambda: self.key,
        )

    def test_provides_a_quota(self) -> None:
        """Of whichever key is in force; of none, nothing is known."""
        self.assertTrue(verifyObject(IQuotaProvider, self.accounts))
        self.assertFalse(self.successResultOf(self.accounts.quota()).known)
        self.key = DEMO_KEY
        self.assertTrue(self.successResultOf(self.accounts.quota()).known)

    def test_no_repr_holds_a_key(self) -> None:
        """They are asked for, and not kept."""
        self.key = DEMO_KEY
        self.assertNotIn(DEMO_KEY, repr(self.accounts) + str(self.accounts))

    def usage(self, *whose: Any) -> Any:
        """What was paid for, by whichever key is in force."""
        return self.successResultOf(Deferred.fromCoroutine(self.accounts.usage(*whose)))

    def test_tells_what_was_paid_for(self) -> None:
        """Of the whole account; without a key there is none."""
        self.assertIsNone(self.usage())
        self.key = DEMO_KEY
        self.assertEqual(self.usage(), {"usage": [], "count": 0})

    def test_a_limited_key_sees_its_own_requests_only(self) -> None:
        """That a page is refused is not the same as that it was not to be had."""
        self.key = LIMITED_KEY
        self.assertIs(self.usage(), FORBIDDEN)
        self.assertEqual(self.usage("key"), {"usage": [], "count": 0})
        self.imitation.pages["/enter/account/key/usage"] = scripts.error(503, "Down")
        self.assertIsNone(self.usage("key"))
