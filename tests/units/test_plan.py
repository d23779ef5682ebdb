"""A service is installed once, undone wholly, and never half without a word."""

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from pollinations.units.plan import MARK, Command, NotDone, Outcome, Plan, run


@attrs.define
class System:
    """What commands are run on, and what becomes of each."""

    outcomes: dict[str, Outcome] = attrs.field(factory=dict)
    ran: list[str] = attrs.field(factory=list)

    def __call__(self, command: Command) -> Outcome:
        self.ran.append(" ".join(command))
        return self.outcomes.get(self.ran[-1], Outcome(0))


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Plan]:
    """A plan of two files."""

    def plan(text: str = "first") -> Plan:
        return Plan(
            {tmp_path / "a" / "one": f"# {MARK}\n{text}\n", tmp_path / "a" / "two": f"# {MARK}\n"},
            enable=[("enable",)],
            renew=[("renew", "1"), ("renew", "2")],
            disable=[("disable",)],
            forget=[("forget",)],
            ask=("ask",),
            folders=[tmp_path / "needed"],
            advice=["Do."],
        )

    return plan


def test_it_is_installed_once(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """The second time nothing is written, and what runs goes on."""
    system, one = System(), tmp_path / "a" / "one"
    said = list(plan().install(system))
    assert one.read_text() == f"# {MARK}\nfirst\n"
    assert said[0] == f"{one} is written."
    assert said[-1] == "Do."
    assert (tmp_path / "needed").is_dir()
    assert system.ran == ["renew 1", "renew 2"]
    before = one.stat().st_mtime_ns
    again = System()
    said = list(plan().install(again))
    assert said[0] == "The files are as they should be."
    assert again.ran == ["enable"]
    assert one.stat().st_mtime_ns == before


def test_what_has_changed_is_written_anew(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """And that alone; the service is begun anew with it."""
    list(plan().install(System()))
    system = System()
    said = list(plan("second").install(system))
    assert [sentence for sentence in said if "is written" in sentence] == [
        f"{tmp_path / 'a' / 'one'} is written."
    ]
    assert system.ran == ["renew 1", "renew 2"]


def test_it_is_undone(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """Twice is once."""
    list(plan().install(System()))
    system = System()
    said = list(plan().uninstall(system))
    assert system.ran == ["disable", "forget"]
    assert list((tmp_path / "a").iterdir()) == []
    assert len([sentence for sentence in said if "is removed" in sentence]) == 2
    assert list(plan().uninstall(System())) == ["No service is installed."]


def test_files_of_others_stay(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """Neither installing nor uninstalling touches them, nor does anything else."""
    other = tmp_path / "a" / "two"
    other.parent.mkdir()
    other.write_text("[Service]\n")
    for work in (plan().install, plan().uninstall):
        system = System()
        with pytest.raises(NotDone, match="is not ours"):
            list(work(system))
        assert system.ran == []
    assert other.read_text() == "[Service]\n"
    assert not (tmp_path / "a" / "one").exists()


def test_a_command_that_fails_is_said_with_what_remains(plan: Callable[..., Plan]) -> None:
    """What had been done was said before."""
    system = System({"renew 1": Outcome(1, "Address already in use")})
    with pytest.raises(NotDone) as caught:
        list(plan().install(system))
    assert "`renew 1` failed: Address already in use" in str(caught.value)
    assert "Still to be done: renew 1; renew 2" in str(caught.value)


def test_files_that_remain_are_said(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """Where the system cannot be told, as without a session of the user, it is for a person."""
    list(plan().install(System()))
    with pytest.raises(NotDone, match="by hand") as caught:
        list(plan().uninstall(System({"disable": Outcome(1, "no bus")})))
    assert str(tmp_path / "a" / "two") in str(caught.value)
    assert (tmp_path / "a" / "two").exists()


def test_what_was_done_before_a_failure_is_said(plan: Callable[..., Plan]) -> None:
    """As soon as it is done."""
    saying = plan().install(System({"renew 2": Outcome(3)}))
    said = [next(saying) for _ in range(3)]
    assert [sentence.endswith(" is written.") for sentence in said] == [True, True, False]
    assert said[-1] == "renew 1: done."
    with pytest.raises(NotDone):
        next(saying)


def test_without_the_system_the_files_are_there(plan: Callable[..., Plan]) -> None:
    """And the commands are named that are to be run where it is."""
    system = System({"renew 1": Outcome(None)})
    said = list(plan().install(system))
    assert system.ran == ["renew 1"]
    assert "There is no renew here. Where there is, run: renew 1; renew 2" in said


def test_a_folder_that_cannot_be_written_to_is_said(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(NotDone, match="cannot be written"):
        list(plan().install(System()))


def test_its_state(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """Whether the files are as they should be, and it runs."""
    well, said = plan().state(System({"ask": Outcome(3, "inactive")}))
    assert not well
    assert said[0] == f"{tmp_path / 'a' / 'one'} is not there."
    list(plan().install(System()))
    assert plan().state(System())[0]
    assert not plan().state(System({"ask": Outcome(3, "inactive")}))[0]
    well, said = plan("second").state(System())
    assert not well
    assert "differs; install it again" in said[0]


def test_commands_are_really_run() -> None:
    """Their words and their status come back."""
    assert run(("sh", "-c", "echo out; echo err >&2; exit 3")) == Outcome(3, "out\nerr")
    assert run(("/nonexistent/command",)) == Outcome(None)
