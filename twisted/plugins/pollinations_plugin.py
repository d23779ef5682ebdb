"""The ``twist pollinations`` and ``twistd pollinations`` sub-command."""

from twisted.application.service import ServiceMaker

pollinations = ServiceMaker(
    "Pollinations",
    "pollinations.tap",
    "An OpenAI-compatible proxy for Pollinations.ai.",
    "pollinations",
)
