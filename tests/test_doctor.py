"""The doctor: one line for each thing, and a remedy wherever something is missing."""

import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner

from grader.cli.commands import app
from grader.course import doctor
from grader.course.doctor import Diagnosis, Health, examine
from grader.errors import SandboxError
from grader.sandbox.linux.warm import Zygote

pytestmark = pytest.mark.slow

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a jail")


def _no_engine(kind: str) -> Any:
    raise SandboxError("no Docker engine answers at its usual place on this machine. Start Docker.")


def test_everything_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "open_launcher", _no_engine)
    found = {diagnosis.subject: diagnosis for diagnosis in examine()}
    assert list(found) == [
        *("grader", "numpy", "sympy", "torch", "pytest"),
        *("sandbox process", "sandbox jail", "sandbox docker", "default sandbox", "device"),
    ]
    assert found["numpy"].health is Health.GOOD
    assert found["sandbox docker"] == Diagnosis(
        "sandbox docker", Health.NONE, "no Docker engine answers at its usual place on this machine. Start Docker."
    )


@LINUX
def test_a_wall_that_is_missing_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    lacks = {"files": "Function not implemented", "own disk": "Operation not permitted"}
    words = {"lacks": lacks, "through": {}, "landlock": 0, "own user": False}
    monkeypatch.setattr(Zygote, "first_words", lambda self: words)
    assert doctor._jail() == Diagnosis(
        "sandbox jail",
        Health.PARTLY,
        "limits; system calls (seccomp); own session; no own disk: Operation not permitted",
        "needs Landlock: Linux 5.13 or later, with `landlock` among the kernel's lsm= modules "
        "(Function not implemented); --allow-weaker runs with the rest",
    )


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ('{"devices": ["NVIDIA H100"], "built": "12.4"}', "NVIDIA H100"),
        ('{"devices": [], "built": "12.4"}', "cpu; torch was built for CUDA 12.4 and sees no GPU"),
        ('{"devices": [], "built": null}', "cpu; this torch was built without CUDA"),
    ],
)
def test_the_device_is_what_torch_sees(monkeypatch: pytest.MonkeyPatch, answer: str, detail: str) -> None:
    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, answer, "")

    monkeypatch.setattr(subprocess, "run", run)
    assert doctor._device() == Diagnosis("device", Health.GOOD, detail)


def test_a_torch_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_DEVICES", "raise SystemExit(3)")
    found = doctor._device()
    assert (found.health, found.remedy) == (Health.NONE, "pip install --force-reinstall torch")


def test_the_command_prints_a_table_and_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        Diagnosis("sandbox [jail]", Health.PARTLY, "limits", "a newer kernel"),
        Diagnosis("device", Health.GOOD, "cpu"),
    ]
    monkeypatch.setattr("grader.cli.doctor_command.examine", lambda: rows)
    ran = CliRunner().invoke(app, ["doctor"])
    assert ran.exit_code == 0
    assert "sandbox [jail]" in ran.output
    assert "partly" in ran.output
    assert "a newer kernel" in ran.output
