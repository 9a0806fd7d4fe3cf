"""The docker sandbox on a real engine: what it restricts, its ends, and whose fault an end was. Skipped without one."""

import contextlib
import gc
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest

from grader.errors import SandboxError
from grader.model import Outcome
from grader.sandbox.docker import engine
from grader.sandbox.docker.container import HELPERS, DockerLauncher
from grader.sandbox.launcher import CallFailed, Limits, Request, Returned
from grader.sandbox.process import CHILD
from grader.sandbox.supervisor import Sandbox
from tests.support.command import ROOT, Command
from tests.support.engines import worker_image
from tests.support.workers import DEADLINE, PATIENCE, ask, bundle_of

pytestmark = pytest.mark.slow
# The SDK does not close a socket that it could not connect (docker/transport/unixconn.py).
SDK_LEAKS = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def image() -> str:
    return worker_image()


@pytest.fixture(scope="module")
def launcher(image: str) -> Iterator[DockerLauncher]:
    with closing(DockerLauncher(image)) as opened:
        yield opened


@pytest.fixture(scope="module")
def single(image: str) -> Iterator[DockerLauncher]:
    """With a container for each worker: what an engine's own flags stop, and no jail in it."""
    with closing(DockerLauncher(image, share=False)) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(image: str) -> Iterator[docker.DockerClient]:
    with closing(engine.connect()) as opened:
        yield opened


def value(launcher: DockerLauncher, code: str, limits: Limits | None = None) -> Any:
    (reply,) = ask(launcher, code, "act", limits=limits, seconds=PATIENCE)
    assert isinstance(reply, Returned), reply
    return reply.value


def value_of(launcher: DockerLauncher, code: str, name: str) -> Any:
    (reply,) = ask(launcher, code, name, seconds=PATIENCE)
    assert isinstance(reply, Returned), reply
    return reply.value


def containers(client: docker.DockerClient, session: str) -> list[Any]:
    return client.api.containers(all=True, filters={"label": f"{engine.SESSION}={session}"})


def settle(launcher: DockerLauncher) -> None:
    """Waits until the launcher's helpers have done all that they were asked for."""
    together = threading.Barrier(HELPERS + 1)
    for _ in range(HELPERS):
        launcher._helpers.submit(together.wait, PATIENCE)
    together.wait(PATIENCE)


# --- restrictions ---

_REFUSED = {
    "a socket to the outside": "import socket\nsocket.create_connection(('192.0.2.1', 80), 1)",
    "a datagram": "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "a file in the image": "open('/worker/mine', 'w')",
    "a file in its home's parent": "open('/mine', 'w')",
    "shared memory": "open('/dev/shm/mine', 'w')",
    "becoming root": "import os\nos.setuid(0)",
    "a mount": "import ctypes\nif ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None): raise OSError",
    "running what it wrote": "import os\nopen('x', 'w').write('#!/bin/sh')\nos.chmod('x', 448)\nos.execv('x', ['x'])",
}


@pytest.mark.parametrize("attempt", _REFUSED.values(), ids=_REFUSED.keys())
def test_the_restrictions_hold(single: DockerLauncher, attempt: str) -> None:
    body = attempt.replace("\n", "\n        ")
    code = f"def act():\n    try:\n        {body}\n    except OSError:\n        return 'refused'\n    return 'done'\n"
    assert value(single, code) == "refused"


def test_a_worker_is_nobody_and_may_nothing(single: DockerLauncher) -> None:
    code = """
import os
def act():
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    wanted = ("Uid", "Gid", "CapEff", "CapPrm", "CapBnd", "NoNewPrivs")
    return [status[name].split()[0] for name in wanted]
"""
    assert value(single, code) == ["65534", "65534", "0" * 16, "0" * 16, "0" * 16, "1"]


def test_the_image_holds_the_childs_files_and_nothing_of_the_grader(single: DockerLauncher) -> None:
    code = """
import os, sys
def act():
    named = [os.path.join(folder, name) for folder, names, files in os.walk("/") for name in names + files
             if name in ("grader", "reference", "rubric.toml", "checks", "oracles") and not folder.startswith("/proc")]
    return [sorted(name for name in os.listdir("/worker") if name.endswith(".py")), named]
"""
    files, found = value(single, code)
    assert files == sorted(path.name for path in CHILD.glob("*.py"))
    assert [path for path in found if "grader" in path or "rubric" in path or path.count("/") < 3] == []


def test_torch_is_not_there_for_whom_it_must_not_be(single: DockerLauncher) -> None:
    code = "def act():\n    return [line.split()[1:4] for line in open('/proc/mounts') if ' /torch ' in line]\n"
    assert str(value(single, code)).startswith("[['/torch', 'tmpfs', 'ro,")


def test_processes_are_bounded(single: DockerLauncher) -> None:
    code = """
import os, signal
def act():
    for number in range(100):
        try:
            if os.fork() == 0:
                signal.pause()
        except BlockingIOError:
            return number
"""
    # the last place is shared with whoever looks at its times, which on a busy machine may be at this moment
    assert value(single, code, Limits(processes=20)) in (19, 20)


def test_memory_is_bounded_for_all_its_processes_together(single: DockerLauncher) -> None:
    code = """
import mmap
def act():
    shared = mmap.mmap(-1, 1 << 30)  # what no rlimit counts
    for start in range(0, 1 << 30, 1 << 20):
        shared[start : start + (1 << 20)] = b"x" * (1 << 20)
"""
    (reply,) = ask(single, code, "act", limits=Limits(256 << 20))
    assert isinstance(reply, CallFailed)
    assert (reply.outcome, reply.message) == (Outcome.CRASHED, "used more than 256 MiB of memory and was stopped")


# --- what is said ---


def test_every_print_comes_with_its_own_answer(launcher: DockerLauncher) -> None:
    code = "count = 0\ndef act():\n    global count\n    count += 1\n    print(count)\n    return count\n"
    replies = ask(launcher, code, *["act"] * 200)
    assert [reply.output for reply in replies] == [f"{number}\n" for number in range(1, 201)]


def test_what_breaks_the_relays_frames_is_no_answer(launcher: DockerLauncher) -> None:
    code = "def act():\n    open('/proc/1/fd/1', 'wb', buffering=0).write(b'\\x07' * 64)\n    return 1\n"
    (reply,) = ask(launcher, code, "act")
    assert isinstance(reply, CallFailed)
    assert reply.outcome in (Outcome.CRASHED, Outcome.ERROR)  # an error where the relay's descriptors are out of reach


def test_the_command_gives_the_same_points(grader: Command, image: str, tmp_path: Path) -> None:
    where = ("--exercise", "2", "--seed", 1, "--sandbox", "docker", "--image", image, "--output", tmp_path / "r.json")
    ended = grader("grade", ROOT / "reference", *where)
    assert ended.returncode == 0, ended.stderr
    assert '"score": 6.0' in (tmp_path / "r.json").read_text()


# --- ends ---


def test_nothing_is_left_of_a_session(image: str, client: docker.DockerClient) -> None:
    with closing(DockerLauncher(image)) as own:
        session = own.session
        with Sandbox(own, {name: bundle_of("def act():\n    while True: pass\n") for name in "abc"}) as sandbox:
            for name in "abc":
                sandbox.start(name)
            assert sandbox.call(Request("a", "module", "act", (), DEADLINE)).outcome is Outcome.TIMEOUT  # type: ignore[union-attr]
    assert containers(client, session) == []


_HANGS = """
import sys
from grader.sandbox.launcher import Request
from grader.sandbox.process import CHILD
from grader.sandbox.supervisor import Sandbox
from grader.sandbox.docker import engine
from grader.sandbox.docker.container import DockerLauncher
from tests.support.workers import bundle_of
engine._place = lambda: sys.argv[2]
launcher = DockerLauncher(sys.argv[1])
with Sandbox(launcher, {"module": bundle_of("def act():\\n    while True: pass\\n")}) as sandbox:
    sandbox.start("module")
    print(launcher.session, flush=True)
    sandbox.call(Request("module", "module", "act", (), 1000.0))
"""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> str:
    """A machine of this test's own: what it leaves is swept up by none of the tests that run beside it."""
    name = secrets.token_hex(8)
    monkeypatch.setattr(engine, "_place", lambda: name)
    return name


def test_a_grader_that_is_killed_leaves_nothing_running_and_the_next_sweeps(
    image: str, client: docker.DockerClient, place: str
) -> None:
    command = [sys.executable, "-c", _HANGS, image, place]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as killed:
        assert killed.stdout is not None
        session = killed.stdout.readline().strip()
        (left,) = containers(client, session)
        killed.send_signal(signal.SIGKILL)
    client.api.wait(left["Id"], timeout=int(PATIENCE))  # it ends by itself
    with closing(DockerLauncher(image)) as own:
        assert own.swept == 1
    assert containers(client, session) == []


@pytest.mark.usefixtures("place")
def test_a_sweep_leaves_what_is_at_work_and_what_it_cannot_know(image: str, client: docker.DockerClient) -> None:
    ours = engine.session_labels()
    cases = {
        "of a grader that lives": (ours, True),
        "of one that is no more": (ours | {engine.PROCESS: "1@0"}, False),
        "on another machine": (ours | {engine.PLACE: "elsewhere", engine.PROCESS: "1@0"}, True),
        "without a number": (ours | {engine.PROCESS: ""}, False),
    }
    made = {
        case: client.api.create_container(image, labels=labels, network_disabled=True)["Id"]
        for case, (labels, _) in cases.items()
    }
    try:
        engine.sweep(client)
        left = {container["Id"] for container in client.api.containers(all=True)}
        assert {case: made[case] in left for case in cases} == {case: stays for case, (_, stays) in cases.items()}
    finally:
        for identity in made.values():
            engine.remove(client, identity)


def test_spares_start_warm_and_are_used(image: str, client: docker.DockerClient) -> None:
    code = "def act():\n    return 1\n"
    with closing(DockerLauncher(image, share=False)) as own:
        for _ in range(3):
            assert ask(own, code, "act") == [Returned(1)]
        settle(own)
        before = {container["Id"] for container in containers(client, own.session)}
        assert len(before) == 1
        with Sandbox(own, {"module": bundle_of(code)}) as sandbox:
            sandbox.start("module")
            settle(own)
            assert before < {container["Id"] for container in containers(client, own.session)}
            assert sandbox.call(Request("module", "module", "act", (), PATIENCE)) == Returned(1)


# --- shared containers ---


def test_workers_share_a_container_until_something_odd_happens(image: str, client: docker.DockerClient) -> None:
    code = "import os\ndef act():\n    return 1\ndef die():\n    os._exit(3)\n"
    with closing(DockerLauncher(image)) as own:
        for _ in range(3):
            assert ask(own, code, "act") == [Returned(1)]
        settle(own)
        (first,) = containers(client, own.session)
        deadline = time.monotonic() + PATIENCE
        while len(left := client.api.top(first["Id"])["Processes"]) > 2:  # workers go; the zygote and one relay stay
            assert time.monotonic() < deadline, left
        (reply,) = ask(own, code, "die")
        assert isinstance(reply, CallFailed)
        assert (reply.outcome, reply.message) == (Outcome.CRASHED, "ended the whole process with exit code 3")
        assert ask(own, code, "act") == [Returned(1)]
        settle(own)
        assert first["Id"] not in {container["Id"] for container in containers(client, own.session)}


def test_what_one_submission_leaves_another_does_not_find(launcher: DockerLauncher) -> None:
    code = """
import os, threading, time
def act():
    open("mine", "w").write("secret")
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    return os.getcwd()
def look():
    found = [os.getcwd(), os.listdir(".")]
    for place in ("/tmp", "/tmp/zygote", PLACE, "/dev/shm", "/proc/1/fd", "/proc/1/environ"):
        try:
            found.append(os.listdir(place) if os.path.isdir(place) else open(place).read())
        except OSError as error:
            found.append(type(error).__name__)
    return found
def reach():
    found = []
    for attempt in (lambda: os.kill(1, 9), lambda: os.fork(), lambda: open("/proc/1/mem", "rb"), connect):
        try:
            attempt()
            found.append("done")
        except OSError as error:
            found.append("refused")
    return found
def connect():
    import socket
    socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect("/tmp/zygote/relays")
"""
    place = value(launcher, code)
    here, held, *elsewhere = value_of(launcher, code.replace("PLACE", repr(place)), "look")
    assert here != place
    assert held == []
    assert set(elsewhere) <= {"PermissionError", "FileNotFoundError"}
    assert value_of(launcher, code, "reach") == ["refused"] * 4


_LEFT_BEHIND = {
    "prints": "threading.Thread(target=lambda: [print('mine') for _ in range(10 ** 9)]).start()",
    "replies": "threading.Thread(target=lambda: [os.write(OPEN, b'x' * 4096) for OPEN in OPENED * 10 ** 9]).start()",
    "a channel that does not wait": "[os.set_blocking(number, False) for number in OPENED]",
    "its own end, later": "threading.Timer(0.01, os._exit, [5]).start()",
    "nothing at all": "pass",
}
_AT_ITS_OWN_ANSWER = ("replies", "its own end, later")  # may come before it, and spoil it


@pytest.mark.parametrize("name", _LEFT_BEHIND)
def test_what_a_worker_leaves_in_its_relay_reaches_no_other(launcher: DockerLauncher, name: str) -> None:
    code = f"""
import os, threading
OPENED = [int(number) for number in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{{number}}")]
def act():
    {_LEFT_BEHIND[name]}
    return OPENED
"""
    assert isinstance(ask(launcher, code, "act")[0], Returned) or name in _AT_ITS_OWN_ANSWER
    for number in range(3):
        bundle = bundle_of("def echo(value):\n    print('well')\n    return value\n")
        with Sandbox(launcher, {"module": bundle}) as sandbox:
            value = f"{number}" * (4 << 20)
            reply = sandbox.call(Request("module", "module", "echo", (value,), PATIENCE))
            assert isinstance(reply, Returned), reply
            assert (reply.value == value, reply.output) == (True, "well\n")


def test_an_oracle_shares_no_container_with_a_student(image: str, client: docker.DockerClient) -> None:
    code = "def act():\n    return 1\n"
    ours = replace(bundle_of(""), files={}, harness={"module.py": code.encode()})
    with closing(DockerLauncher(image, spares=0)) as own:
        for bundle in (bundle_of(code), ours):
            with Sandbox(own, {"module": bundle}) as sandbox:
                assert sandbox.call(Request("module", "module", "act", (), PATIENCE)) == Returned(1)
        assert len(containers(client, own.session)) == 2


# --- whose fault it was ---


def test_a_container_that_somebody_removes_is_no_crash_of_a_student(image: str, client: docker.DockerClient) -> None:
    bundle = bundle_of("def act():\n    return 1\n")
    with closing(DockerLauncher(image)) as own, Sandbox(own, {"module": bundle}) as sandbox:
        assert sandbox.call(Request("module", "module", "act", (), PATIENCE)) == Returned(1)
        engine.remove_session(client, own.session)
        with pytest.raises(SandboxError, match="was removed by somebody else while it was at work"):
            sandbox.call(Request("module", "module", "act", (), PATIENCE))
        assert sandbox.call(Request("module", "module", "act", (), PATIENCE)) == Returned(1)  # in a new one


class Cable:
    """Between the SDK and the engine; it can be cut."""

    def __init__(self, path: str, target: str) -> None:
        self._target = target
        self._ends: list[socket.socket] = []
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(path)
        self._server.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        for end in (self._server, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours, _ = self._server.accept()
                theirs = socket.socket(socket.AF_UNIX)
                theirs.connect(self._target)
                self._ends += [ours, theirs]
                for pair in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(1 << 16):
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)


@SDK_LEAKS
def test_an_engine_that_goes_away_is_no_crash_of_a_student(
    image: str, client: docker.DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not at.startswith("unix://"):
        pytest.skip("the cable of this test goes over a socket file")
    cable = Cable(str(tmp_path / "cable"), at.removeprefix("unix://"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'cable'}")
    own = DockerLauncher(image)
    with Sandbox(own, {"module": bundle_of("def act():\n    return 1\n")}) as sandbox:
        assert sandbox.call(Request("module", "module", "act", (), PATIENCE)) == Returned(1)
        cable.cut()
        for _ in range(2):
            with pytest.raises(SandboxError, match=r"no Docker engine answers at .*cable"):
                sandbox.call(Request("module", "module", "act", (), PATIENCE))
    own.close()  # says nothing: what it cannot remove ends by itself, and is swept up
    engine.remove_session(client, own.session)
    gc.collect()  # what leaks is found here, where it is expected, and not in whatever test comes next
