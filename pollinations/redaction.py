"""Takes out of an upstream's words what is nobody's business: addresses and keys."""

import re
from functools import lru_cache
from typing import Final

MESSAGE_LIMIT: Final = 1000
"""The most characters that a message for a person has."""

NAME_LIMIT: Final = 200
"""The most characters of a name that are logged."""

# Everything here is bounded, so that no text takes long.
_SECRETS = re.compile(
    r"""
      \b(?:sk|pk|ag|plln)[_-][A-Za-z0-9_-]{6,}
    # Short ones too where no word is like that: with a digit, or as Pollinations writes them.
    | \b(?:sk|pk|ag|plln)[_-](?=[A-Za-z]{0,4}[0-9])[A-Za-z0-9]{4,}
    | \b(?:sk|plln)_[A-Za-z0-9_-]{4,}
    | \bBearer\s+\S+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BEGINNINGS = ("sk_", "sk-", "pk_", "pk-", "ag_", "ag-", "plln_", "plln-", "bearer")
_ADDRESSES = re.compile(
    r"""
      \b[a-z][a-z0-9+.-]{0,20}://[^\s"'<>)\]]+
    | \b(?:[a-z0-9_-]{1,63}\.){1,8}
      (?:ai|app|at|au|be|biz|br|ca|cc|ch|cloud|cn|co|com|corp|cz|de|dev|dk|es|eu|example|fi|fr|gg|hk
        |host|id|ie|in|info|internal|invalid|io|it|jp|kr|lan|link|live|local|me|mx|net|nl|no|online
        |org|page|pl|pro|pt|ru|run|se|sg|sh|site|so|space|store|svc|tech|test|top|tv|tw|ua|uk|us|vn
        |xyz|zone)\b
      (?::\d+)?(?:/[^\s"'<>)\]]*)?
    | \blocalhost\b(?::\d+)?(?:/[^\s"'<>)\]]*)?
    | \b\d{1,3}(?:\.\d{1,3}){3}\b(?::\d+)?
    | (?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])
    """,
    re.IGNORECASE | re.VERBOSE,
)


def without_keys(text: str) -> str:
    """*text* without whatever looks like a key."""
    # Ten times as fast as the pattern, for all the texts that hold none.
    if not any(map(text.lower().__contains__, _BEGINNINGS)):
        return text
    return _SECRETS.sub("…", text)


def brief(text: str) -> str:
    """*text* as it is logged: a name, which may be a client's own invention, without keys."""
    return _brief(text[:NAME_LIMIT])


# The names of paths and models come again and again.
_brief = lru_cache(256)(without_keys)


def scrubbed(text: str) -> str:
    """*text* without addresses and keys, and no longer than a message should be."""
    clean = _ADDRESSES.sub("…", without_keys(text[: 4 * MESSAGE_LIMIT]))
    return clean[:MESSAGE_LIMIT].strip()
