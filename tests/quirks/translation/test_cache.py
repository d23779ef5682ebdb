"""Tests for ``pollinations.quirks.translation.cache``."""

from pollinations.quirks.translation.cache import Cache


def test_the_least_recently_used_goes() -> None:
    """Reading is using."""
    cache = Cache(entries=2, size=800)
    cache.put("a", 1, 1)
    cache.put("b", 2, 1)
    assert cache.get("a") == 1
    cache.put("c", 3, 1)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]


def test_bytes_count() -> None:
    """However few the entries are, they take no more than they may."""
    cache = Cache(entries=100, size=800)
    for number in range(9):
        cache.put(number, number, 100)
    assert [cache.get(number) for number in range(9)] == [None, *range(1, 9)]


def test_what_would_take_the_place_of_many_is_not_kept() -> None:
    """An eighth is the most."""
    cache = Cache(entries=100, size=800)
    cache.put("a", 1, 101)
    assert cache.get("a") is None


def test_what_is_kept_stays() -> None:
    """A second result of the same is the same."""
    cache = Cache(entries=100, size=800)
    cache.put("a", 1, 100)
    cache.put("a", 2, 100)
    assert cache.get("a") == 1
