"""Taking a key into use changes nothing unless the key is good."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from pollinations.errors import InvalidRequest, PollinationsError, UpstreamFailed
from pollinations.routing.situation import Situation
from pollinations.settings.document import SettingsUnreadable
from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY, LIMITED_KEY
from pollinations.testing.commanding import Commanded

KEY_PAGE, LIST = "/enter/account/key", "/enter/text/models"

NOT_GOOD: list[tuple[str, Any, type[PollinationsError], str, str]] = [
    (KEY_PAGE, scripts.error(401, "No"), InvalidRequest, "key_invalid", "not valid"),
    (LIST, scripts.error(401, "No"), InvalidRequest, "key_invalid", "not valid"),
    (LIST, scripts.json(200, []), InvalidRequest, "key_without_models", "may use no chat model"),
    (KEY_PAGE, scripts.error(503, "Down"), UpstreamFailed, "key_unchecked", "out of reach"),
    (KEY_PAGE, scripts.garbage(), UpstreamFailed, "key_unchecked", "out of reach"),
    (LIST, scripts.error(503, "Down"), UpstreamFailed, "key_unchecked", "out of reach"),
    (LIST, scripts.html(), UpstreamFailed, "key_unchecked", "out of reach"),
]


class ConnectTests(SynchronousTestCase):
    """Tests for :meth:`pollinations.commands.control.Control.connect`."""

    def setUp(self) -> None:
        self.commanded = Commanded(key=None)
        self.control = self.commanded.control
        self.file = self.control.file

    def connect(self, key: str) -> Any:
        """Take *key* into use."""
        return Deferred.fromCoroutine(self.control.connect(key))

    def test_keeps_a_good_key(self) -> None:
        """In the settings file, in force at once; what it is good for is said."""
        connected = self.successResultOf(self.connect(DEMO_KEY))
        self.assertEqual((connected.in_force, connected.limited), (False, False))
        self.assertGreater(connected.models, connected.paid)
        self.assertGreater(connected.paid, 0)
        self.assertEqual(self.file.settings.api_key, DEMO_KEY)

    def test_says_whether_the_key_is_in_force(self) -> None:
        """Another one may go before it, whose place is named."""
        self.commanded.key = DEMO_KEY
        connected = self.successResultOf(self.connect(DEMO_KEY))
        self.assertEqual((connected.in_force, connected.source), (True, "config.json"))
        self.commanded.key = "sk_other"
        connected = self.successResultOf(self.connect(DEMO_KEY))
        self.assertEqual((connected.in_force, connected.source), (False, "config.json"))

    def test_a_limited_key_is_welcome(self) -> None:
        """It may chat and not look at the account, which is said."""
        connected = self.successResultOf(self.connect(LIMITED_KEY))
        self.assertIs(connected.limited, True)
        self.assertEqual(self.file.settings.api_key, LIMITED_KEY)

    def test_what_is_not_good_changes_nothing(self) -> None:
        """Each reason has words and a code of its own; a failing network is no verdict."""
        self.successResultOf(self.connect(DEMO_KEY))
        before = self.file.path.read_bytes()
        pages = self.commanded.imitation.pages
        self.failureResultOf(self.connect("sk_typo"), InvalidRequest)
        for path, script, error, code, words in NOT_GOOD:
            pages[path] = script
            refused = self.failureResultOf(self.connect(LIMITED_KEY), error).value
            pages.clear()
            self.assertEqual(getattr(refused, "code", None), code)
            self.assertIn(words, str(refused))
            self.assertNotIn(LIMITED_KEY, str(refused))
            self.assertEqual(self.file.path.read_bytes(), before)
            self.assertEqual(self.file.settings.api_key, DEMO_KEY)

    def test_the_chosen_mode_is_kept(self) -> None:
        """Whoever has chosen none has ``pro`` with a key, without it being written down."""
        self.successResultOf(Deferred.fromCoroutine(self.file.save({"mode": "manual"})))
        self.successResultOf(self.connect(DEMO_KEY))
        self.assertEqual(self.file.settings.mode, "manual")
        self.successResultOf(Deferred.fromCoroutine(self.file.save({"mode": None})))
        self.assertEqual(Situation(self.file.settings, has_key=True).mode, "pro")

    def test_no_repr_holds_a_key(self) -> None:
        """Neither of what knows accounts nor of what came of connecting one."""
        self.commanded.key = DEMO_KEY
        connected = self.successResultOf(self.connect(DEMO_KEY))
        for each in (self.control, self.control.accounts, connected, self.file.settings):
            self.assertNotIn(DEMO_KEY, repr(each) + str(each))

    def test_an_unreadable_file_is_not_overwritten(self) -> None:
        """That there is no room for the key is said instead."""
        self.file.path.write_text("{")
        self.failureResultOf(self.connect(DEMO_KEY), SettingsUnreadable)
        self.assertEqual(self.file.path.read_text(), "{")
