"""Who is left alone, for how long, and who finds out that it is over."""

import math

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from pollinations.routing.cooldown import (
    FORGOTTEN,
    LIMIT,
    LONGEST_HELD,
    PROBE,
    Cooldowns,
    ModelKey,
)
from pollinations.routing.quota import Quota

GEMINI: ModelKey = ("enter", "gemini")
CLAUDE: ModelKey = ("enter", "claude")
DAY = 86400.0


class CooldownsTests(SynchronousTestCase):
    """The life of a cooldown."""

    def setUp(self) -> None:
        self.cooldowns = Cooldowns()

    def left(self, now: float, key: ModelKey = GEMINI) -> float:
        return self.cooldowns.view(now).get(key, 0.0)

    def breaks(self, now: float, retry_after: float | None = None) -> None:
        self.cooldowns.asked(GEMINI, now)
        self.cooldowns.failed(GEMINI, now, retry_after)

    def test_nobody_at_first(self) -> None:
        """Whoever has not failed may be asked."""
        self.assertEqual(self.cooldowns.view(0.0), {})

    def test_five_seconds(self) -> None:
        """A first failure is five seconds of peace, for that model alone."""
        self.breaks(100.0)
        self.assertEqual(self.cooldowns.view(100.0), {GEMINI: 5.0})
        self.assertEqual(self.left(104.0), 1.0)
        self.assertEqual(self.cooldowns.view(105.0), {})

    def test_doubles_to_a_minute(self) -> None:
        """Each probe that fails makes it twice as long, up to a minute."""
        lengths, now = [], 0.0
        for _ in range(6):
            self.breaks(now)
            lengths.append(self.left(now))
            now += lengths[-1]
        self.assertEqual(lengths, [5.0, 10.0, 20.0, 40.0, 60.0, 60.0])

    def test_together_is_once(self) -> None:
        """Requests that were under way together and all fail are one failure."""
        for now in (0.0, 0.1, 0.2):
            self.cooldowns.failed(GEMINI, now)
        self.assertEqual(self.left(0.2), 5.0)

    def test_success_clears(self) -> None:
        """A model that answers has no past."""
        self.breaks(0.0)
        self.breaks(5.0)
        self.cooldowns.succeeded(GEMINI)
        self.assertEqual(self.cooldowns.view(5.0), {})
        self.breaks(6.0)
        self.assertEqual(self.left(6.0), 5.0)

    def test_as_long_as_it_says(self) -> None:
        """An upstream that names a time is believed, within five seconds and five minutes."""
        for said, length in ((40.0, 40.0), (0.0, 5.0), (DAY, 300.0)):
            self.cooldowns.clear()
            self.breaks(0.0, said)
            self.assertEqual(self.left(0.0), length)

    def test_never_shorter(self) -> None:
        """A failure that says nothing does not shorten what another one said."""
        self.cooldowns.failed(GEMINI, 0.0, 100.0)
        self.cooldowns.failed(GEMINI, 10.0)
        self.assertEqual(self.left(10.0), 90.0)

    def test_one_probe(self) -> None:
        """When it is over one request goes to see, and the others still go round."""
        self.breaks(0.0)
        self.assertEqual(self.left(5.0), 0.0)
        self.cooldowns.asked(GEMINI, 5.0)
        self.assertEqual(self.left(5.0), PROBE)
        self.assertEqual(self.left(6.0), PROBE - 1.0)

    def test_a_probe_that_fails(self) -> None:
        """Then it is longer than before."""
        self.breaks(0.0)
        self.cooldowns.asked(GEMINI, 5.0)
        self.cooldowns.failed(GEMINI, 7.0)
        self.assertEqual(self.left(7.0), 10.0)

    def test_a_probe_whose_client_left(self) -> None:
        """Then it is not known, and the next one may go."""
        self.breaks(0.0)
        self.cooldowns.asked(GEMINI, 5.0)
        self.cooldowns.abandoned(GEMINI)
        self.assertEqual(self.left(5.1), 0.0)

    def test_a_probe_that_is_never_heard_of(self) -> None:
        """It is waited for for a while, and then another one may go."""
        self.breaks(0.0)
        self.cooldowns.asked(GEMINI, 5.0)
        self.assertEqual(self.left(5.0 + PROBE), 0.0)

    def test_asking_all_the_same(self) -> None:
        """Manual asks while it lasts: that is no probe, and changes nothing."""
        self.breaks(0.0)
        self.cooldowns.asked(GEMINI, 2.0)
        self.assertEqual(self.left(2.0), 3.0)
        self.assertEqual(self.left(5.0), 0.0)

    def test_flapping_is_found_soon(self) -> None:
        """A model that is down for ten seconds is asked again within ten seconds of its return."""
        now, returns, asked = 0.0, 10.0, []
        while now < 60.0:
            if self.left(now) == 0.0:
                asked.append(now)
                if now >= returns:
                    break
                self.breaks(now)
            now += 0.5
        self.assertLess(asked[-1] - returns, 10.0)
        self.assertLess(len(asked), 4)

    def test_an_old_failure_does_not_count(self) -> None:
        """What was long ago is a first failure again."""
        self.breaks(0.0)
        self.breaks(5.0)
        self.breaks(15.0 + FORGOTTEN + 1.0)
        self.assertEqual(self.left(15.0 + FORGOTTEN + 1.0), 5.0)

    def test_models_are_apart(self) -> None:
        """One model's failure is not another's."""
        self.breaks(0.0)
        self.assertEqual(self.left(0.0, CLAUDE), 0.0)

    def test_clear(self) -> None:
        """All can be forgotten, and it is said how many that were."""
        self.breaks(0.0)
        self.cooldowns.failed(CLAUDE, 0.0)
        self.assertEqual(self.cooldowns.clear(), 2)
        self.assertEqual(self.cooldowns.view(0.0), {})
        self.assertEqual(self.cooldowns.clear(), 0)

    def test_a_clock_that_jumps_back(self) -> None:
        """Nothing cools down for the day that a clock went back."""
        self.breaks(DAY)
        self.assertEqual(self.left(0.0), 0.0)
        self.breaks(1.0)
        self.assertEqual(self.left(1.0), 5.0)

    def test_a_clock_that_jumps_back_during_a_probe(self) -> None:
        """Nor is the probe waited for for a day."""
        self.breaks(DAY)
        self.cooldowns.asked(GEMINI, DAY + 5.0)
        self.assertEqual(self.left(0.0), 0.0)

    def test_a_clock_that_jumps_on(self) -> None:
        """A day later everything is over."""
        self.breaks(0.0)
        self.assertEqual(self.left(DAY), 0.0)

    def test_not_without_end(self) -> None:
        """Clients may make up as many names as they like."""
        for number in range(LIMIT + 10):
            self.cooldowns.failed(("free", str(number)), 0.0)
        self.assertEqual(len(self.cooldowns.view(0.0)), LIMIT)


class HeldTests(SynchronousTestCase):
    """A model that wants pollen."""

    def setUp(self) -> None:
        self.cooldowns = Cooldowns()
        self.cooldowns.failed(GEMINI, 0.0, held=True)

    def test_for_as_long_as_it_takes(self) -> None:
        """It is left alone until somebody has looked at the account."""
        self.assertEqual(self.cooldowns.view(LONGEST_HELD - 1), {GEMINI: math.inf})

    def test_nobody_looks(self) -> None:
        """Then one request goes to see after an hour, and is believed."""
        self.assertEqual(self.cooldowns.view(LONGEST_HELD), {})
        self.cooldowns.asked(GEMINI, LONGEST_HELD)
        self.assertEqual(self.cooldowns.view(LONGEST_HELD), {GEMINI: PROBE})
        self.cooldowns.failed(GEMINI, LONGEST_HELD, held=True)
        self.assertEqual(self.cooldowns.view(LONGEST_HELD + 60), {GEMINI: math.inf})

    def test_a_clock_that_jumps_back(self) -> None:
        """Nobody is held for the day that a clock went back."""
        self.cooldowns.failed(CLAUDE, DAY, held=True)
        self.assertNotIn(CLAUDE, self.cooldowns.view(1.0))

    def test_still_empty(self) -> None:
        """A look that sees nothing to spend changes nothing."""
        self.cooldowns.looked(Quota(known=True))
        self.cooldowns.looked(Quota(known=True, wallet=0.001))
        self.assertEqual(self.cooldowns.view(60.0), {GEMINI: math.inf})

    def test_something_to_spend(self) -> None:
        """Then it cools down like any other: the refusal may have been about this request's price,
        or older than the payment."""
        self.cooldowns.looked(Quota(known=True, wallet=0.5))
        self.assertEqual(self.cooldowns.view(1.0), {GEMINI: 4.0})
        self.assertEqual(self.cooldowns.view(5.0), {})

    def test_refused_again(self) -> None:
        """An account that has some, but never enough, is asked less and less often."""
        lengths, now = [], 0.0
        for _ in range(3):
            self.cooldowns.looked(Quota(known=True, wallet=0.5))
            lengths.append(self.cooldowns.view(now)[GEMINI])
            now += lengths[-1]
            self.cooldowns.asked(GEMINI, now)
            self.cooldowns.failed(GEMINI, now, held=True)
        self.assertEqual(lengths, [5.0, 10.0, 20.0])

    def test_a_look_that_cannot_say(self) -> None:
        """Nobody is held for what cannot be seen: then it is the upstream that knows."""
        for quota in (Quota(), Quota(limited=True)):
            self.cooldowns.failed(GEMINI, 0.0, held=True)
            self.cooldowns.looked(quota)
            self.assertEqual(self.cooldowns.view(DAY), {})

    def test_an_answer_all_the_same(self) -> None:
        """A model that answers wants nothing."""
        self.cooldowns.succeeded(GEMINI)
        self.assertEqual(self.cooldowns.view(0.0), {})


steps = st.lists(
    st.tuples(
        st.sampled_from(["asked", "failed", "long", "held", "succeeded", "abandoned"]),
        st.floats(-DAY, DAY),
    ),
    max_size=30,
)


@given(steps)
def test_nobody_is_left_alone_for_ever(events: list[tuple[str, float]]) -> None:
    """
    Whatever happens, and wherever the clock jumps: a look lets go who was held, and then five
    minutes and a probe are the most; without a look it is an hour.
    """
    cooldowns, now = Cooldowns(), 0.0
    for event, moved in events:
        now += moved
        if event == "asked":
            cooldowns.asked(GEMINI, now)
        elif event in ("failed", "long", "held"):
            asked_for = 300.0 if event == "long" else None
            cooldowns.failed(GEMINI, now, asked_for, event == "held")
        elif event == "succeeded":
            cooldowns.succeeded(GEMINI)
        else:
            cooldowns.abandoned(GEMINI)
        assert cooldowns.view(now + LONGEST_HELD + PROBE) == {}
        if event != "held":
            cooldowns.looked(Quota())
            assert all(0 < left <= 300.0 for left in cooldowns.view(now).values())
            assert cooldowns.view(now + 300.0 + PROBE) == {}
