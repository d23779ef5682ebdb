"""The token in force follows its file, and never becomes none."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from pollinations.web.token import Token


class TokenTests(SynchronousTestCase):
    """Tests for :class:`pollinations.web.token.Token`."""

    def setUp(self) -> None:
        self.path = Path("token")

    def test_there_may_be_none(self) -> None:
        """Then one that is made later counts from then on."""
        token = Token(self.path)
        self.assertIsNone(token.latest)
        self.path.write_text("first\n")
        token.load()
        self.assertEqual(token.latest, "first")

    def test_a_new_one_replaces_the_former(self) -> None:
        """So that one which has leaked can be revoked."""
        self.path.write_text("first")
        token = Token(self.path)
        self.path.write_text("second")
        token.load()
        self.assertEqual(token.latest, "second")

    def test_a_locked_door_stays_locked(self) -> None:
        """Whatever happens to the file."""
        self.path.write_text("first")
        token = Token(self.path)
        for spoil in (lambda: self.path.write_text(""), self.path.unlink, self.path.mkdir):
            spoil()
            token.load()
            self.assertEqual(token.latest, "first")

    def test_a_file_without_a_token_keeps_it_from_starting(self) -> None:
        """Somebody wanted one."""
        self.path.write_text("")
        self.assertRaises(ValueError, Token, self.path)

    def test_does_not_show_itself(self) -> None:
        """Not in a traceback either."""
        self.path.write_text("first")
        self.assertNotIn("first", repr(Token(self.path)))
