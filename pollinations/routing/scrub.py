"""Takes out of an upstream's words what is nobody's business: addresses and keys."""

import re
from typing import Final

MESSAGE_LIMIT: Final = 1000
"""The most characters that a message for a person has."""

# Everything here is bounded, so that no text takes long.
_SECRETS = re.compile(r"\b(?:sk|pk|ag|plln)[_-][A-Za-z0-9_-]{6,}|\bBearer\s+\S+", re.IGNORECASE)
_ADDRESSES = re.compile(
    r"""
      \b[a-z][a-z0-9+.-]{0,20}://[^\s"'<>)\]]+
    | \b(?:[a-z0-9_-]{1,63}\.){1,8}
      (?:ai|app|cloud|co|com|de|dev|eu|fr|internal|io|local|me|net|org|run|sh|tech|us)\b
      (?::\d+)?(?:/[^\s"'<>)\]]*)?
    | \blocalhost\b(?::\d+)?(?:/[^\s"'<>)\]]*)?
    | \b\d{1,3}(?:\.\d{1,3}){3}\b(?::\d+)?
    | (?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])
    """,
    re.IGNORECASE | re.VERBOSE,
)


def scrubbed(text: str) -> str:
    """*text* without addresses and keys, and no longer than a message should be."""
    clean = _ADDRESSES.sub("…", _SECRETS.sub("…", text[: 4 * MESSAGE_LIMIT]))
    return clean[:MESSAGE_LIMIT].strip()
