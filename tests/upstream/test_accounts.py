"""Taking a key into use changes nothing unless the key is good."""

from pathlib import Path
from typing import Any

from treq.testing import StubTreq
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from pollinations.errors import InvalidRequest, UpstreamFailed
from pollinations.interfaces import IQuotaProvider
from pollinations.settings.file import SettingsFile
from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY
from pollinations.testing.imitation import Imitation
from pollinations.upstream.account import AccountQuota
from pollinations.upstream.accounts import Accounts


def at_once(function: Any, *arguments: Any) -> "Deferred[Any]":
    """Call a function where it stands."""
    return succeed(function(*arguments))


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
        self.file = SettingsFile(Path("config.json"), at_once)

    def connect(self, key: str) -> Any:
        """Take *key* into use."""
        return Deferred.fromCoroutine(self.accounts.connect(key, self.file))

    def test_provides_a_quota(self) -> None:
        """Of whichever key is in force; of none, nothing is known."""
        self.assertTrue(verifyObject(IQuotaProvider, self.accounts))
        self.assertFalse(self.successResultOf(self.accounts.quota()).known)
        self.key = DEMO_KEY
        self.assertTrue(self.successResultOf(self.accounts.quota()).known)

    def test_keeps_a_good_key(self) -> None:
        """In the settings file, in force at once."""
        self.assertFalse(self.successResultOf(self.connect(DEMO_KEY)))
        self.assertEqual(self.file.settings.api_key, DEMO_KEY)

    def test_says_whether_the_key_is_in_force(self) -> None:
        """Another one may go before it."""
        self.key = DEMO_KEY
        self.assertTrue(self.successResultOf(self.connect(DEMO_KEY)))

    def test_a_wrong_key_changes_nothing(self) -> None:
        """Neither does one that cannot be checked; the stored one stays."""
        self.successResultOf(self.connect(DEMO_KEY))
        before = self.file.path.read_bytes()
        self.failureResultOf(self.connect("sk_typo"), InvalidRequest)
        self.imitation.pages["/enter/account/key"] = scripts.error(503, "Down")
        self.failureResultOf(self.connect("sk_other"), UpstreamFailed)
        self.assertEqual(self.file.path.read_bytes(), before)
        self.assertEqual(self.file.settings.api_key, DEMO_KEY)

    def test_an_unreadable_file_is_not_overwritten(self) -> None:
        """That there is no room for the key is said instead."""
        self.file.path.write_text("{")
        self.failureResultOf(self.connect(DEMO_KEY), InvalidRequest)
        self.assertEqual(self.file.path.read_text(), "{")
