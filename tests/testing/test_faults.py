"""All ways to go wrong, and a proxy before each of them."""

from typing import Any

import orjson
from twisted.trial.unittest import SynchronousTestCase

from pollinations.settings.reading import read_settings
from pollinations.testing.faults import FAULTS, Sometimes
from pollinations.testing.recording import Asked
from pollinations.testing.script import Script
from pollinations.testing.together import Together

ASKED = Asked("free", "/openai", body={"model": "openai", "messages": [], "stream": True})
ENDLESS = {"event without end", "text without end"}
"""Those that take as long as the reader lets them."""

SETTINGS, _ = read_settings({"timeouts": {"firstByte": 2, "idle": 3}, "retries": 0})


class SometimesTests(SynchronousTestCase):
    """Tests for :class:`pollinations.testing.faults.Sometimes`."""

    def test_chance_decides_who_is_hit(self) -> None:
        """A number under the share is a fault, any other is none."""
        well, chances = Script(), iter([0.04, 0.05, 0.9, 0.0])
        model = Sometimes(well, 0.05, lambda: next(chances), {"gone": Script(404)})
        self.assertEqual([model(ASKED).status for _ in range(4)], [404, 200, 200, 404])
        self.assertEqual(model.made, {"gone": 2})

    def test_each_fault_has_its_turn(self) -> None:
        """Before any comes again."""
        model = Sometimes(Script(), 1.0, lambda: 0.0)
        for _ in FAULTS:
            model(ASKED)
        self.assertEqual(set(model.made.values()), {1})
        self.assertEqual(set(model.made), set(FAULTS))

    def test_a_page_goes_wrong_like_a_model(self) -> None:
        """One that is asked without a body, as those of the account are."""
        page = Asked("enter", "/account/balance", "GET")
        model = Sometimes(Script(), 1.0, lambda: 0.0)
        for _ in FAULTS:
            self.assertGreaterEqual(model(page).status, 200)


class FaultTests(SynchronousTestCase):
    """What clients of a proxy get before each of the faults."""

    def answers(self, **fields: Any) -> dict[str, Any]:
        """Name of the fault to what the client got, when all time that it may take has passed."""
        found = {}
        for name in FAULTS.keys() - ENDLESS:
            together = Together(FAULTS[name], settings=SETTINGS)
            got = together.chat("Hi", **fields)
            together.advance(15)
            self.assertFalse(together.exchange.live, name)
            self.assertEqual(together.exchange.lanes["free"].waiting, 0, name)
            found[name] = got
        return found

    def test_a_stream_is_whole_or_says_that_it_is_not(self) -> None:
        """One end, and never an invented one."""
        for name, got in self.answers(stream=True).items():
            if got.response.code == 200:
                whole = got.data.endswith(b"data: [DONE]\n\n")
                self.assertNotEqual(whole, b'data: {"error"' in got.data, name)
                self.assertLessEqual(got.data.count(b"[DONE]"), 1, name)
            else:
                self.assertIn("message", orjson.loads(got.data)["error"], name)

    def test_a_json_answer_is_one_or_an_error(self) -> None:
        """Nothing that is left of half an answer is given out."""
        for name, got in self.answers().items():
            field = "choices" if got.response.code == 200 else "error"
            self.assertTrue(orjson.loads(got.data)[field], name)
