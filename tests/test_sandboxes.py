"""One suite for every sandbox: whatever a student's code does, there is one answer, nothing is left, and on it goes."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from grader.counting import counted
from grader.errors import SandboxError
from grader.model import Outcome
from grader.sandbox.child.protocol import MAGIC, Value, encode
from grader.sandbox.launcher import Bundle, CallFailed, Connection, Launcher, Limits, Reply, Request, Returned
from grader.sandbox.process import CHILD
from grader.sandbox.supervisor import Sandbox
from grader.suite.call_failures import Callee, call_failure
from tests.support.tiers import again
from tests.support.workers import DEADLINE, PATIENCE, SANDBOXES, ask, bundle_of, survivors, usual_first, wait_until

pytestmark = pytest.mark.slow

WELL = "def well():\n    return 'well'\n"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps this bound")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def _opened(kind: str) -> Launcher:
    try:
        return SANDBOXES[kind]()
    except SandboxError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=usual_first(SANDBOXES))
def launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    with closing(_opened(request.param)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _nothing_survives() -> Iterator[None]:
    yield
    if sys.platform == "linux":
        assert survivors() == []


def act(
    launcher: Launcher, body: str, *, seconds: float = PATIENCE, limits: Limits | None = None, **names: object
) -> Reply:
    """What comes of a function with that body; the next question to the same module is then answered well."""
    constants = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    function = "def act():\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ")
    code = f"import os, signal, sys, threading, time\n{constants}\n{function}\n\n{WELL}"
    reply, after = ask(launcher, code, "act", "well", seconds=seconds, limits=limits)
    assert isinstance(after, Returned), after
    assert after.value == "well"
    return reply


def crashed(reply: Reply) -> str:
    assert isinstance(reply, CallFailed), reply
    assert reply.outcome is Outcome.CRASHED, reply
    return reply.message


def raised(reply: Reply) -> str:
    assert isinstance(reply, CallFailed), reply
    assert reply.outcome is Outcome.ERROR, reply
    return reply.message


def frame(payload: bytes) -> bytes:
    return MAGIC + len(payload).to_bytes(4, "little") + payload


@pytest.mark.parametrize(
    "start",
    ["", "print('hello')", "1 / 0", "print('hello'); 1 / 0", "import os; os._exit(3)", "import os; os.close(1)"],
    ids=["well", "prints", "raises", "prints and raises", "ends", "falls silent"],
)
def test_an_import_ahead_comes_to_what_it_would_come_to_when_asked(launcher: Launcher, start: str) -> None:
    harness = {"beside.py": b"def well():\n    return 'beside'\n"}

    def answers(ahead: bool, *modules: str) -> list[Reply]:
        bundle = replace(bundle_of(f"{start}\n{WELL}"), harness=harness)
        with Sandbox(launcher, {"module": bundle}) as sandbox:
            if ahead:
                sandbox.start("module", importing=True)
            return [sandbox.call(Request("module", name, "well", (), PATIENCE)) for name in modules]

    assert answers(True, "module", "beside") == answers(False, "module", "beside")
    first, then = answers(True, "beside", "module")
    module, beside = answers(False, "module", "beside")
    assert (replace(first, output=""), replace(then, output="")) == (beside, replace(module, output=""))
    assert first.output + then.output == module.output  # what the import printed comes with the first answer


@pytest.mark.parametrize("start", ["print('hello')", "print('hello'); 1 / 0"], ids=["well", "raises"])
def test_what_an_import_ahead_prints_early_is_not_lost(
    launcher: Launcher, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine all of it is there before we have read that the worker is up."""
    launch = launcher.launch

    def launch_and_listen(bundle: Bundle) -> Connection:
        connection = launch(bundle)
        output = connection.output
        early: list[str] = []

        def is_said() -> bool:
            early.append(output())
            return "hello\n" in early

        def hear() -> str:
            if early:
                return output()
            wait_until(is_said)
            return "".join(early)

        monkeypatch.setattr(connection, "output", hear)
        return connection

    monkeypatch.setattr(launcher, "launch", launch_and_listen)
    with Sandbox(launcher, {"module": bundle_of(f"{start}\n{WELL}")}) as sandbox:
        sandbox.start("module", importing=True)
        assert sandbox.call(Request("module", "module", "well", (), PATIENCE)).output == "hello\n"


WRITE_EVERYWHERE = """
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, DATA)
        except OSError:
            pass
    time.sleep(1000)
"""

# --- ordinary life ---


@pytest.mark.everywhere
def test_a_value_comes_back(launcher: Launcher) -> None:
    value: list[Value] = [1, 2.5, "text", None, {"key": True}]
    assert act(launcher, f"return {value!r}") == Returned(value)


def test_an_import_may_be_called_with_the_names_that_python_gives_its_arguments(launcher: Launcher) -> None:
    body = "return __import__('math', globals=None, locals=None, fromlist=['pi'], level=0).pi > 3"
    assert act(launcher, body) == Returned(True)


def test_an_exception_is_an_error_with_the_students_line(launcher: Launcher) -> None:
    reply = act(launcher, "raise ValueError('no')")
    assert raised(reply) == "ValueError: no"
    assert isinstance(reply, CallFailed)
    assert reply.frames[-1].code == "raise ValueError('no')"


@pytest.mark.parametrize("error", ["SystemExit(0)", "KeyboardInterrupt()", "GeneratorExit()", "BaseException('all')"])
def test_what_is_no_exception_is_an_error_too(launcher: Launcher, error: str) -> None:
    assert raised(act(launcher, f"raise {error}")).startswith(error.partition("(")[0])


def test_a_recursion_without_end_is_an_error(launcher: Launcher) -> None:
    assert raised(act(launcher, "def deeper(): return deeper()\nreturn deeper()")).startswith("RecursionError")


def test_a_set_has_the_same_order_in_every_run(launcher: Launcher) -> None:
    plain = subprocess.run(
        [sys.executable, "-c", "print(hash('exercise'))"], env={"PYTHONHASHSEED": "0"}, capture_output=True, check=True
    )
    assert act(launcher, "return str(hash('exercise'))") == Returned(plain.stdout.decode().strip())


def test_nothing_comes_from_standard_input(launcher: Launcher) -> None:
    assert raised(act(launcher, "return input()")) == "EOFError: EOF when reading a line"


@pytest.mark.everywhere
def test_prints_come_with_the_answer(launcher: Launcher) -> None:
    reply = act(launcher, "print('out')\nprint('err', file=sys.stderr)\nos.write(1, b'raw')\nreturn 1")
    assert isinstance(reply, Returned)
    assert set(reply.output.split()) == {"out", "err", "raw"}


@pytest.mark.parametrize("name", ["stdout", "stderr", "stdin"])
def test_streams_may_be_replaced(launcher: Launcher, name: str) -> None:
    assert act(launcher, f"sys.{name} = None\nreturn 1") == Returned(1)


def test_a_file_may_be_written_and_read(launcher: Launcher) -> None:
    body = "with open('notes.txt', 'w') as file: file.write('kept')\nreturn open('notes.txt').read()"
    assert act(launcher, body) == Returned("kept")


def test_the_generators_start_alike(launcher: Launcher) -> None:
    code = "import random\ndef draw():\n    return random.random()\n"
    assert ask(launcher, code, "draw") == ask(launcher, code, "draw")


# --- time ---


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("while True: pass", marks=pytest.mark.everywhere),
        "time.sleep(1000)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)",
        "return 10 ** 10 ** 9",  # one operation in C, which never looks for signals
        pytest.param("[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 3, 15)]\ntime.sleep(1000)", marks=POSIX),
        pytest.param("os.kill(os.getpid(), signal.SIGSTOP)", marks=POSIX),
    ],
    ids=["busy", "asleep", "ignores SIGTERM", "in C", "ignores all signals", "stopped"],
)
def test_what_hangs_is_stopped_at_its_deadline(launcher: Launcher, body: str) -> None:
    reply = act(launcher, body, seconds=DEADLINE)
    assert isinstance(reply, CallFailed)
    assert reply.outcome is Outcome.TIMEOUT
    assert reply.message == f"did not answer within {counted(DEADLINE, 'second')} and was stopped"


@contextlib.contextmanager
def one_core(kind: str) -> Iterator[None]:
    """But one core for us and all that we start, where a sandbox keeps to the cores of who starts it."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores if kind == "docker" else {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@contextlib.contextmanager
def other_work() -> Iterator[None]:
    """Three times as much as there are cores for, each a session of its own."""
    spin = [sys.executable, "-c", "print(flush=True)\nwhile True: pass"]
    with contextlib.ExitStack() as stack:
        for _ in range(3 * len(os.sched_getaffinity(0))):
            spinner = stack.enter_context(subprocess.Popen(spin, stdout=subprocess.PIPE, start_new_session=True))
            stack.callback(spinner.kill)
            assert spinner.stdout is not None
            spinner.stdout.readline()  # it spins
        yield


@LINUX
@pytest.mark.parametrize("kind", usual_first(SANDBOXES))
def test_what_other_work_takes_of_the_processor_is_held_against_nobody(kind: str) -> None:
    """Of workers that are up: what a start takes under load is bounded by minutes."""
    bodies = {
        "works": "end = time.process_time() + 0.2\n    while time.process_time() < end: pass\n    return 1",
        "sleeps": "time.sleep(1000)",
        "hangs": "while True: pass",
    }
    code = "import time\n" + "".join(f"def {name}():\n    {body}\n" for name, body in bodies.items()) + WELL
    with (
        one_core(kind),
        closing(_opened(kind)) as launcher,
        Sandbox(launcher, dict.fromkeys(bodies, bundle_of(code))) as sandbox,
    ):
        for name in bodies:
            assert isinstance(sandbox.call(Request(name, "module", "well", (), PATIENCE)), Returned)
        with other_work():
            replies = [sandbox.call(Request(name, "module", name, (), 0.4)) for name in bodies]
    assert isinstance(replies[0], Returned), replies[0]
    for late in replies[1:]:
        assert isinstance(late, CallFailed)
        assert late.message == "did not answer within 0.4 seconds and was stopped"


def test_a_module_that_hangs_is_asked_once(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    launch, launched = launcher.launch, []

    def counted_launch(bundle: Bundle) -> Connection:
        launched.append(bundle)
        return launch(bundle)

    monkeypatch.setattr(launcher, "launch", counted_launch)
    replies = ask(launcher, "while True: pass", *("again" for _ in range(30)), seconds=DEADLINE)
    assert {reply.outcome for reply in replies if isinstance(reply, CallFailed)} == {Outcome.TIMEOUT}
    assert len(launched) == 1, "each question that hangs costs a worker"


# --- ends ---


@POSIX
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("KILL", marks=pytest.mark.everywhere),
        *("SEGV", "TERM", "USR1"),
        *(again(name) for name in ("ABRT", "HUP", "FPE", "ILL", "BUS", "ALRM", "QUIT")),
    ],
)
def test_who_dies_by_a_signal_has_crashed(launcher: Launcher, name: str) -> None:
    assert crashed(act(launcher, f"os.kill(os.getpid(), signal.SIG{name})")) == f"was killed by SIG{name}"


@LINUX
@pytest.mark.everywhere
def test_processor_time_is_bounded(launcher: Launcher) -> None:
    body = "[threading.Thread(target=lambda: [None for _ in iter(int, 1)]).start() for _ in range(2)]\nwhile True: pass"
    message = crashed(act(launcher, body, limits=Limits(cpu_seconds=1)))
    assert message == "used more processor time than a worker may and was stopped"


@pytest.mark.parametrize("code", [0, 1, 77])
def test_who_ends_the_process_has_crashed(launcher: Launcher, code: int) -> None:
    assert crashed(act(launcher, f"os._exit({code})")) == f"ended the whole process with exit code {code}"


@pytest.mark.parametrize("then", ["return 1", "time.sleep(1000)", "os._exit(0)"])
def test_who_closes_every_descriptor_has_crashed(launcher: Launcher, then: str) -> None:
    crashed(act(launcher, f"os.closerange(0, 200)\n{then}"))


# --- bounds ---


@LINUX
@pytest.mark.parametrize(
    "body",
    [
        "return len(bytearray(1 << 32))",
        pytest.param("held = []\nwhile True: held.append(bytearray(1 << 24))", marks=pytest.mark.everywhere),
        "return [0] * (1 << 30)",
    ],
    ids=["at once", "bit by bit", "a list"],
)
def test_memory_is_bounded(launcher: Launcher, body: str) -> None:
    assert crashed(act(launcher, body, limits=Limits(512 << 20))) == "used more than 512 MiB of memory"


def test_memory_that_is_refused_may_be_done_without(launcher: Launcher) -> None:
    body = "try:\n    bytearray(1 << 40)\nexcept MemoryError:\n    return 'done without'"
    assert act(launcher, body) == Returned("done without")


@pytest.mark.everywhere
def test_a_flood_of_output_neither_blocks_nor_stays(launcher: Launcher) -> None:
    reply = act(launcher, "for _ in range(4000): print('x' * 10_000)\nreturn 1")
    assert isinstance(reply, Returned)
    assert 60_000 < len(reply.output) < 70_000


@LINUX
@pytest.mark.everywhere
def test_one_file_is_bounded(launcher: Launcher) -> None:
    body = "with open('big', 'wb') as file:\n    while True: file.write(bytes(1 << 20))"
    assert crashed(act(launcher, body)).startswith("wrote more than a worker may keep: ")


@LINUX
@pytest.mark.everywhere
def test_all_files_together_are_bounded(launcher: Launcher, request: pytest.FixtureRequest) -> None:
    if "started" in request.node.name:
        pytest.skip("a worker without a zygote is watched by nobody: this bound is not promised for it")
    body = """
        for number in range(300):
            with open(f"big{number}", "wb") as file:
                file.write(bytes(1 << 20))
        time.sleep(1000)
    """
    assert crashed(act(launcher, body)).startswith(("wrote more than", "kept more than"))


@LINUX
def test_open_files_are_bounded(launcher: Launcher) -> None:
    message = crashed(act(launcher, "held = [open(os.devnull) for _ in range(5000)]"))
    assert message == "opened more than 256 files at once"


# --- what it starts ---

_FORKS = {
    "child": "if os.fork() == 0: time.sleep(1000)\nreturn 1",
    "orphan": "if os.fork() == 0: time.sleep(1000)\nos._exit(3)",
    "stubborn": """
        if os.fork() == 0:
            [signal.signal(number, signal.SIG_IGN) for number in (1, 2, 15)]
            time.sleep(1000)
        return 1
    """,
    "daemon": """
        if os.fork() == 0:
            try:
                os.setsid()
            finally:
                if os.fork() == 0:
                    time.sleep(1000)
                os._exit(0)
        return 1
    """,
    "bomb": "for _ in range(8): os.fork()\ntime.sleep(1000)",
    "never the same process": """
        if os.fork() == 0:
            while os.fork() == 0:
                try:
                    os.setsid()
                except OSError:
                    pass
            os._exit(0)
        return 1
    """,
    "program": """
        import subprocess
        mark = '"protected_pids": [%d]' % PARENT
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)", mark], start_new_session=True)
        return 1
    """,
}


@LINUX
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(body, id=name, marks=pytest.mark.everywhere if name == "daemon" else ())
        for name, body in _FORKS.items()
    ],
)
def test_what_is_started_does_not_survive(launcher: Launcher, body: str) -> None:
    import os

    act(launcher, body, seconds=DEADLINE, PARENT=os.getpid())


def test_threads_that_go_on_end_with_the_worker(launcher: Launcher) -> None:
    body = "[threading.Thread(target=time.sleep, args=(1000,)).start() for _ in range(8)]\nreturn 1"
    assert act(launcher, body) == Returned(1)


def test_a_thread_that_prints_for_ever_ends_with_the_worker(launcher: Launcher) -> None:
    body = """
        def flood():
            while True: os.write(1, b"x" * 4096)
        threading.Thread(target=flood, daemon=True).start()
        return 1
    """
    assert isinstance(act(launcher, body), Returned)


@pytest.mark.everywhere
def test_a_folder_that_was_shut_is_removed(
    request: pytest.FixtureRequest, launcher: Launcher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Which root could in any case: this shows something where the tests run as somebody else."""
    name = next(name for name in SANDBOXES if f"[{name}]" in request.node.name)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with closing(SANDBOXES[name]()) as own:
        act(own, "open('file', 'w').close()\nos.chmod('.', 0)\nreturn 1")
    assert list(tmp_path.iterdir()) == []


def test_a_launcher_may_be_closed_before_its_workers(launcher: Launcher, request: pytest.FixtureRequest) -> None:
    name = next(name for name in SANDBOXES if f"[{name}]" in request.node.name)
    with closing(SANDBOXES[name]()) as own, Sandbox(own, {"module": bundle_of(WELL)}) as sandbox:
        sandbox.start("module")
        own.close()


# --- what it says ---


@pytest.mark.parametrize(
    "data",
    [
        b"garbage" * 100,
        b"\x00" * 64,
        MAGIC + b"\xff\xff\xff\xff",
        frame(b""),
        frame(b"l\xff\xff\xff\xff"),
        frame(b"NN"),
        frame(encode(None)),
        frame(encode({"id": 10**9, "status": "value", "value": 1, "mutated": False})),
        frame(encode({"id": 3, "status": "well", "message": "", "frames": []})),
        frame(encode({"id": 3, "status": "error", "message": 3, "frames": []})),
    ],
    ids=[
        *("garbage", "zeros", "giant length", "no value", "giant list", "two values", "no message", "another number"),
        *("unknown status", "wrong types"),
    ],
)
def test_what_is_no_answer_is_a_crash(launcher: Launcher, data: bytes) -> None:
    assert crashed(act(launcher, WRITE_EVERYWHERE, DATA=data)) == "sent something that is not an answer"


def test_half_an_answer_is_a_timeout(launcher: Launcher) -> None:
    reply = act(launcher, WRITE_EVERYWHERE, seconds=DEADLINE, DATA=MAGIC + b"\x64\x00\x00\x00l")
    assert isinstance(reply, CallFailed)
    assert reply.outcome is Outcome.TIMEOUT


def test_a_function_that_keeps_just_below_its_deadline_is_not_asked_for_ever(launcher: Launcher) -> None:
    """And costs no other function anything. On a busy machine some answers are there before anybody looks at the
    worker: they do not count, so more is asked than would be enough."""
    code = "import time\ndef late():\n    time.sleep(0.4)\n    return 1\ndef act():\n    return 2\n"
    replies = ask(launcher, code, *["late"] * 40, "act", seconds=DEADLINE)
    asked = [reply for reply in replies[:-1] if not (isinstance(reply, CallFailed) and reply.kind == "slow")]
    assert len(asked) < len(replies) - 1
    assert replies[len(asked) : -1] == replies[len(asked) : len(asked) + 1] * (40 - len(asked))
    failure = replies[len(asked)]
    assert isinstance(failure, CallFailed)
    assert failure.outcome is Outcome.TIMEOUT
    sentence = call_failure(Callee("late", None, True), failure, "module.py").verdict.message
    assert re.fullmatch(
        r"late took [67] seconds for its answers so far, and is not asked again: all of them together may take "
        r"6 seconds\.",
        sentence,
    )
    assert replies[-1] == Returned(2)


@pytest.mark.parametrize("numbers", [(3, 3), range(2, 12), (2,)], ids=["twice", "ahead", "for the import"])
def test_answers_that_nobody_asked_for_reach_their_own_module_only(launcher: Launcher, numbers: range) -> None:
    answers = [{"id": number, "status": "value", "value": "forged", "mutated": False} for number in numbers]
    data = b"".join(frame(encode(answer)) for answer in answers)
    code = f"import os, time\nDATA = {data!r}\n{textwrap.dedent(WRITE_EVERYWHERE).replace('1000', '0')}\n{WELL}"
    for reply in ask(launcher, code, "well", "well", "well"):
        assert (
            reply in (Returned("well"), Returned("forged")) or crashed(reply) == "sent something that is not an answer"
        )
    assert ask(launcher, WELL, "well") == [Returned("well")]


# --- what it finds ---


@pytest.mark.everywhere
def test_workers_share_nothing(launcher: Launcher) -> None:
    code = """
import os, tempfile
def leave():
    open("mine", "w").close()
    return os.path.realpath(os.getcwd()) == os.path.realpath(tempfile.gettempdir())
def look():
    return os.listdir(".")
"""
    assert ask(launcher, code, "leave", "look") == [Returned(True), Returned(["mine"])]
    assert ask(launcher, code, "look") == [Returned([])]


@pytest.mark.everywhere
def test_nothing_is_inherited(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_SECRET", "secret")
    ours = {"_grader_child", "grader", "child", *(path.stem for path in CHILD.glob("[a-z]*.py"))}
    code = f"""
import os, sys
OURS, PLACES = {ours!r}, ({str(CHILD)!r}, "/worker")
def environment():
    return sorted(os.environ)
def path():
    return [part for part in [*sys.path, *sys.path_importer_cache] if os.path.abspath(part) in PLACES]
def modules():
    return [name for name in sys.modules if name.partition(".")[0] in OURS]
def descriptors():
    found = []
    for number in range(3, 256):
        try:
            os.fstat(number)
        except OSError:
            continue
        try:
            found.append(os.readlink(f"/proc/self/fd/{{number}}"))
        except OSError:  # there is no /proc
            found.append("")
    return len([place for place in found if "/libffi.so" not in place])  # which keeps a descriptor of itself
"""
    environment, path, modules, descriptors = ask(launcher, code, "environment", "path", "modules", "descriptors")
    assert isinstance(environment, Returned)
    assert "GRADER_SECRET" not in str(environment.value)
    assert (path, modules) == (Returned([]), Returned([]))
    assert descriptors == Returned(2)  # requests and replies
