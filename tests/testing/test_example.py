"""The program in the documentation of the imitation, run."""

import unittest
from pathlib import Path
from runpy import run_path

import pytest

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "imitation.py"


@pytest.mark.parametrize("name", ["test_asks_once_more", "test_hangs_up"])
def test_the_example_passes(name):
    """Its tests pass as they stand there."""
    result = unittest.TestResult()
    run_path(str(EXAMPLE))["AskTests"](name).run(result)
    assert result.wasSuccessful(), result.failures + result.errors
