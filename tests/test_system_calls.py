"""The filter's table of system calls, beside libseccomp's own; both architectures."""

import shutil
import subprocess

import pytest

from grader.sandbox.child import seccomp

RESOLVER = shutil.which("scmp_sys_resolver")
ABSENT = -1  # libseccomp's number for a name that is unknown; other negative ones are of other architectures


@pytest.mark.skipif(RESOLVER is None, reason="needs libseccomp's scmp_sys_resolver (Debian's package seccomp)")
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_number_is_libseccomps(machine: str) -> None:
    _, column = seccomp._ARCHITECTURES[machine]
    for name, numbers in seccomp._NUMBERS.items():
        number = _resolved(machine, name)
        assert number != ABSENT, f"libseccomp knows no {name}"
        assert numbers[column] == (number if number >= 0 else None), name


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_refused_call_is_in_the_table_and_in_the_program(machine: str) -> None:
    jail = [*seccomp._everywhere(), *seccomp._on_itself(1000)]
    assert {rule.call for rule in (*jail, *seccomp.hardening_rules((1, 2), counted=True))} == seccomp._NUMBERS.keys()
    assert seccomp.jail_program(1000, machine) == seccomp.program(jail, machine)
    assert len(seccomp.program(jail, machine)) % 8 == 0


def _resolved(machine: str, name: str) -> int:
    ran = subprocess.run([RESOLVER or "", "-a", machine, name], capture_output=True, text=True, check=True)
    return int(ran.stdout)
