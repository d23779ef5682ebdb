"""A refusal is caught before a byte leaves, and no answer is mistaken for one."""

from collections.abc import Sequence

import pytest

from pollinations.chat.chunk import Chunk
from pollinations.errors import UpstreamFailed
from pollinations.stages.refusal import BYTE_LIMIT, CHUNK_LIMIT, PHRASES, TEXT_LIMIT, Refusal
from pollinations.testing.chunks import chunk, context, counted, passed

LINK = "https://enter.pollinations.ai/?ref=agent_"
CREDITS = (
    "The account behind this API key doesn't have enough credits. "
    f"[Top up]({LINK}low_balance_topup) or [earn some]({LINK}low_balance_quests)."
)
BUDGET = f"The API key used for this request has reached its budget. [Raise it]({LINK}key_budget)."
QUEST = (
    "The API key used for this request only spends Quest Pollen, which this model does not take. "
    f"[More]({LINK}quest_pollen_only)"
)
GRANT = f"The API key used for this request isn't allowed to use claude. [Allow it]({LINK}grant)"
LEGACY = (
    "⚠️ **IMPORTANT NOTICE** ⚠️\n\nThe Pollinations legacy text API is being deprecated for "
    "**authenticated users**.\n\nPlease migrate to https://enter.pollinations.ai"
)
NOTHING = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
SOMETHING = {"prompt_tokens": 9, "completion_tokens": 20, "total_tokens": 29}
END = chunk(finish="stop")

REFUSALS = [
    (CREDITS, 402, "insufficient_balance"),
    (BUDGET, 402, "key_budget_exhausted"),
    (QUEST, 402, "quest_pollen_only"),
    (GRANT, 403, "model_not_allowed"),
    (LEGACY, 502, "legacy_notice"),
]


def said(text: str, size: int = 7) -> list[Chunk]:
    """*text* in pieces, as a model would stream it."""
    pieces = [chunk(text[at : at + size]) for at in range(0, len(text), size)]
    return [chunk("", role="assistant"), *pieces, END]


def failure_of(chunks: Sequence[Chunk]) -> UpstreamFailed:
    with pytest.raises(UpstreamFailed) as raised:
        passed(Refusal(context()), *chunks)
    return raised.value


@pytest.mark.parametrize(("text", "status", "code"), REFUSALS)
@pytest.mark.parametrize("size", [1, 7, 4000])
def test_refusals(text: str, status: int, code: str, size: int) -> None:
    """Each is the status that it means, streamed or whole, by its links alone."""
    failure = failure_of(said(text, size))
    assert (failure.phase, failure.status, failure.code) == ("reply", status, code)


@pytest.mark.parametrize(("text", "status", "code"), REFUSALS)
def test_refusals_without_a_link(text: str, status: int, code: str) -> None:
    """Give themselves away by having cost nothing, once the upstream has counted."""
    bare = text.partition("[")[0].partition("Please")[0]
    failure = failure_of([*said(bare), counted(**NOTHING)])
    assert (failure.status, failure.code) == (status, code)
    assert failure_of([chunk(bare, finish="stop", usage=NOTHING)]).code == code


@pytest.mark.parametrize(
    "text",
    [
        BUDGET.replace("API key", "API  key"),
        CREDITS.replace("'", "’"),
        f"\n{GRANT}",
        f"**{QUEST}**",
    ],
)
def test_spelling_does_not_matter(text: str) -> None:
    """Nor emphasis, white space, and the kind of apostrophe."""
    assert failure_of(said(text)).status in (402, 403)


def test_messages_tell_no_host_and_invite_nobody_to_try_again() -> None:
    """They are ours, not the upstream's."""
    for phrase in PHRASES:
        assert "pollinations.ai" not in phrase.message
        assert not any(digit in phrase.message for digit in "0123456789")


@pytest.mark.parametrize("ending", [[], [chunk(finish="stop", usage=NOTHING)]])
def test_each_refusal_is_an_exception_of_its_own(ending: list[Chunk]) -> None:
    """One that was raised keeps its traceback, and with it the prompt."""
    text = GRANT.partition("[")[0] if ending else GRANT
    first, second = (failure_of([chunk(text), *ending]) for _ in range(2))
    assert first is not second


GENUINE = [
    "The account behind this",
    "The account",
    "The account behind this API key has 12 credits left.",
    "The account behind this request is yours; add credits under Billing.",
    "The API key used for this request is stored in .env; never commit it.",
    "The API key used for this request should come from os.environ.",
    "The API key used for this request has reached",
    "The API key is missing from the request, hence the 401.",
    "The API",
    "The",
    "⚠️ Warning: this deletes your data.",
    "⚠️ **IMPORTANT NOTICE** ⚠️\n\nPlease back up your database first.",
    "⚠️ IMPORTANT NOTICE ⚠️ The Pollinations project has moved.",
    "Important notice: the legacy text API is being deprecated.",
    "HTTP 402 means Payment Required.",
    "402 Payment Required: the account doesn't have enough credits.",
    "You are out of credits. Top up at https://enter.pollinations.ai.",
    "Your quota is exhausted; it resets at midnight UTC.",
    "A 403 says that the key isn't allowed to use the model.",
    "Insufficient balance. This request costs ~0.01 pollen, but you have 0.",
    "insufficient_balance is the code that you should catch.",
    "Rate limit exceeded: retry after 30 seconds.",
    "Raise `InsufficientCredits('The account behind this API key is empty')`.",
    "Here is the text: The account behind this API key doesn't have enough credits.",
    '"The account behind this API key doesn\'t have enough credits." is what the service says.',
    "> The account behind this API key doesn't have enough credits.",
    "`The API key used for this request has reached its budget.` is the message.",
    "1. The API key used for this request has reached its budget.",
    "Sorry, the API key used for this request has reached its budget.",
    "The phrase you mean is: The API key used for this request only spends Quest Pollen",
    "Quest Pollen is earned by completing quests; it buys most models.",
    "Pollen is the credit of Pollinations; one pollen is about one dollar.",
    "The budget of this key is 5 pollen a day.",
    "The key's budget resets daily, so try again tomorrow.",
    "This model isn't allowed to use tools.",
    "The user behind this account asked for a refund of 402 credits.",
    "The API keys used for these requests are rotated monthly.",
    "The api key used for this request has reached its budget.",
    "THE ACCOUNT BEHIND THIS API KEY DOESN'T HAVE ENOUGH CREDITS",
    "def check_credits(account):\n    return account.credits > 0",
    '{"error": {"code": "INSUFFICIENT_BALANCE", "message": "Insufficient balance"}}',
    "<html><body>402 Payment Required</body></html>",
    "Error: 502 Bad Gateway",
    "See https://enter.pollinations.ai/?ref=agent_low_balance_topup for credits.",
    "Top up [here](https://enter.pollinations.ai/?ref=agent_key_budget).",
    "Le compte associé à cette clé n'a plus de crédits.",
    "余额不足。请充值。",
    "The deprecation notice reads: ⚠️ IMPORTANT NOTICE ⚠️ The Pollinations legacy text API "
    "is being deprecated",
    "",
    " ",
    "\n\n",
]


def test_there_are_enough_genuine_answers() -> None:
    """To mean something."""
    assert len(GENUINE) >= 40


@pytest.mark.parametrize("text", GENUINE)
@pytest.mark.parametrize("size", [1, 7, 4000])
@pytest.mark.parametrize("usage", [SOMETHING, NOTHING])
def test_genuine_answers_pass(text: str, size: int, usage: dict[str, int]) -> None:
    """That speak of credits, quotas, statuses, budgets and keys, even where nobody counts."""
    chunks = [*said(text, size), counted(**usage)]
    assert passed(Refusal(context()), *chunks) == chunks


@pytest.mark.parametrize("text", [text for text, _, _ in REFUSALS[:4]])
def test_a_model_that_says_the_same_has_been_paid(text: str) -> None:
    """What begins like a refusal and has cost tokens is an answer."""
    bare = text.partition("[")[0]
    chunks = [*said(bare), counted(**SOMETHING)]
    assert passed(Refusal(context()), *chunks) == chunks
    assert passed(Refusal(context()), *said(bare)) == said(bare)


def held_by(*chunks: Chunk) -> list[int]:
    """How many chunks had gone on after each one."""
    stage, gone, counts = Refusal(context()), 0, []
    for one in chunks:
        gone += len(stage.received(one))
        counts.append(gone)
    return counts


@pytest.mark.parametrize(
    ("chunks", "gone"),
    [
        ([chunk("Hello"), chunk(" you")], [1, 2]),
        ([chunk("", role="assistant"), chunk("Hello")], [0, 2]),
        ([chunk("The"), chunk(" answer"), chunk(" is")], [0, 2, 3]),
        ([chunk(reasoning_content="Hm"), chunk("The")], [1, 2]),
        ([chunk("The"), chunk(tool_calls=[{"index": 0}])], [0, 2]),
        ([chunk("The", audio={"id": "a"})], [1]),
        ([chunk("The"), chunk(" account", index=1)], [0, 2]),
        ([chunk("The account"), chunk(finish="stop")], [0, 2]),
        ([chunk(role="assistant"), chunk(finish="stop")], [0, 2]),
    ],
)
def test_nothing_is_held_back_that_cannot_be_one(chunks: list[Chunk], gone: list[int]) -> None:
    """A text goes on at the first piece that rules the phrases out, and anything else at once."""
    assert held_by(*chunks) == gone


def test_what_is_held_back_has_a_bound() -> None:
    """In bytes of text and in chunks; then all of it goes on, in order."""
    opening = chunk("The account behind this API key doesn't have enough credits" + "." * 41)
    room = (TEXT_LIMIT - 100) // 100
    gone = held_by(opening, *[chunk("é" * 50)] * 30)
    assert gone == [*[0] * (room + 1), *range(room + 2, 32)]
    assert held_by(*[chunk("")] * CHUNK_LIMIT) == [*[0] * (CHUNK_LIMIT - 1), CHUNK_LIMIT]
    large = chunk("")._replace(raw=b"x" * BYTE_LIMIT)
    assert held_by(large, large) == [0, 2]
    mended = chunk("").but(pad="x" * (BYTE_LIMIT // 2))
    assert held_by(mended, mended) == [0, 2]


def test_time_releases_what_is_held_back() -> None:
    """In order, and for good."""
    stage = Refusal(context())
    first, second = chunk("The account"), chunk(" behind this API key doesn't have enough credits")
    assert stage.received(first) == ()
    assert stage.released() == [first]
    assert stage.received(second) == (second,)
    assert stage.released() == []
    assert stage.stopped() == []
