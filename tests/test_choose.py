"""Other people's work is never run without restrictions, unless somebody asks for that by name."""

from collections.abc import Callable
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from grader.cli.sandbox_setup import prepare
from grader.errors import SandboxError
from grader.sandbox import choose
from grader.sandbox.child import landlock, seccomp
from grader.sandbox.choose import default_kind, open_launcher
from grader.sandbox.docker import engine
from grader.sandbox.sandbox_settings import SandboxSettings


def no_engine() -> None:
    raise SandboxError("no Docker engine answers at its usual place on this machine. Start Docker.")


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(choose.platform, "system", lambda: "Darwin")


@pytest.mark.usefixtures("mac")
def test_where_there_is_no_jail_other_peoples_work_is_run_in_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "connect", Mock())
    assert default_kind() == "docker"


@pytest.mark.usefixtures("mac")
@pytest.mark.parametrize("use", [default_kind, open_launcher, lambda: prepare(SandboxSettings())])
def test_where_there_is_no_engine_either_the_sentence_says_how_to_get_one(
    use: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "connect", no_engine)
    with pytest.raises(SandboxError) as caught:
        use()
    assert str(caught.value) == (
        "This machine has no sandbox for other people's programs: the jail needs Linux, and this is macOS, and no "
        "Docker engine answers at its usual place on this machine. Start Docker. Then "
        "run the same command again. (For your own work alone: --sandbox process, in which a program may "
        "do all that you may.)"
    )


@pytest.mark.usefixtures("mac")
def test_a_sandbox_without_restrictions_is_there_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "connect", no_engine)
    launcher = open_launcher(prepare(SandboxSettings("process")))
    assert (launcher.name, launcher.restrictions) == ("process", ())
    launcher.close()


def test_a_kernel_without_landlock_has_no_jail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    monkeypatch.setattr(engine, "connect", Mock())
    assert default_kind() == "docker"
    assert default_kind(allow_weaker=True) == "jail"


def test_nor_has_a_processor_whose_system_calls_are_not_in_our_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    def program(rules: object) -> bytes:
        raise OSError(38, "no table of system calls for riscv64")

    monkeypatch.setattr(seccomp, "program", program)
    monkeypatch.setattr(engine, "connect", no_engine)
    with pytest.raises(SandboxError, match=r"on x86_64 or aarch64 \(no table of system calls for riscv64\), and no"):
        default_kind()
