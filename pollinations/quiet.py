"""
Failures as they are logged.

What an exception says may quote what it is about: a body, a header, a file with keys. So that is
not logged; what kind of exception it is, and where it was raised, is.
"""

from traceback import format_tb

from twisted.python.failure import Failure
from twisted.python.reflect import qual


class QuietFailure(Failure):
    """A failure that does not repeat what its exception says."""

    def getErrorMessage(self) -> str:
        """The exception's kind."""
        return qual(type(self.value))

    def getTraceback(self, elideFrameworkCode: int = 0, detail: str = "default") -> str:
        """Where it was raised, and its kind."""
        frames = "".join(format_tb(self.getTracebackObject()))
        return f"Traceback (most recent call last):\n{frames}{self.getErrorMessage()}\n"

    def getBriefTraceback(self) -> str:
        """The same."""
        return self.getTraceback()

    def __str__(self) -> str:
        return f"[Failure {self.getErrorMessage()}]"

    __repr__ = __str__


def quiet(failure: Failure | None = None) -> Failure:
    """
    *failure* without what its exception says.

    :param failure: by default the exception that is being handled.
    """
    failure = failure or Failure()
    if isinstance(failure, QuietFailure):
        return failure
    return QuietFailure(failure.value, failure.type, failure.getTracebackObject())
