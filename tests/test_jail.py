"""The jail's restrictions, each by trying what it has to stop; with fewer rights too; what is said where one lacks."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from grader.errors import SandboxError, UsageError
from grader.sandbox.choose import default_kind, open_launcher
from grader.sandbox.docker.engine import connect
from grader.sandbox.launcher import Bundle, Limits, Request, Returned
from grader.sandbox.linux import jail
from grader.sandbox.linux.jail import JailLauncher, container_memory
from grader.sandbox.linux.warm import Zygote
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.sandbox.supervisor import Sandbox
from grader.sandbox.warm_modules import warm_modules
from tests.support.command import ROOT
from tests.support.engines import worker_image
from tests.support.workers import PATIENCE, ask, bundle_of, knowing_nothing, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the jail is built of what Linux has"),
]


@pytest.fixture(scope="module")
def launcher() -> Iterator[JailLauncher]:
    try:
        opened = JailLauncher()
    except SandboxError as error:
        pytest.skip(str(error))
    with closing(opened):
        yield opened


HEAD = """
import ctypes, fcntl, mmap, os, resource, signal, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
parent = os.getppid()
X86 = os.uname().machine == "x86_64"
def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)
"""

ATTEMPTS = {
    # files
    "read a file": "open('/etc/passwd')",
    "list the root": "os.listdir('/')",
    "list the other workers": "os.listdir('..')",
    "read the rubric": f"open({str(ROOT / 'grader' / 'assignment' / 'rubric.toml')!r})",
    "read the grader": f"open({str(ROOT / 'grader' / 'sandbox' / 'supervisor.py')!r})",
    "read a package that it may not have": "open(os.path.join(PACKAGES, 'pytest', '__init__.py'))",
    "read its zygote's memory": "open(f'/proc/{parent}/mem', 'rb')",
    "read its zygote's environment": "open(f'/proc/{parent}/environ')",
    "read another process's command": "open('/proc/1/cmdline')",
    "make a file": "open('/tmp/marker', 'w')",
    "make a file in shared memory": "open('/dev/shm/marker', 'w')",
    "write a device": "open('/dev/tty', 'w')",
    "change a file it may read": "open(os.__file__, 'a')",
    "empty a file it may read": "os.open(os.__file__, os.O_RDONLY | os.O_TRUNC)",
    "cut a file it may read": "os.truncate(os.__file__, 0)",
    "remove a file": "os.unlink(os.__file__)",
    "rename a file": "os.rename(os.__file__, os.__file__ + '.old')",
    "change a file's mode": "os.chmod('.', 0o777)",
    "change a file's times": "os.utime(os.__file__)",
    "change a file's owner": "os.chown('.', 0, 0)",
    "make a folder": "os.mkdir('folder')",
    "make a symbolic link": "os.symlink('/etc/passwd', 'link')",
    "make a hard link": "os.link(os.__file__, 'link')",
    "make a pipe with a name": "os.mkfifo('fifo')",
    "go around by a descriptor": "os.open('../..', os.O_RDONLY | os.O_DIRECTORY)",
    # other processes
    "start a process": "os.fork()",
    "start a program": "os.posix_spawn('/bin/true', ['true'], {})",
    "become a program": "os.execv('/bin/true', ['true'])",
    "signal its zygote": "os.kill(parent, 0)",
    "signal everybody": "os.kill(-1, 0)",
    "signal the init process": "os.kill(1, 0)",
    "have the kernel signal its zygote": "fcntl.fcntl(0, fcntl.F_SETOWN, parent)",
    "limit its zygote": "resource.prlimit(parent, resource.RLIMIT_NOFILE)",
    "bind its zygote to a processor": "os.sched_setaffinity(parent, {0})",
    "hold its zygote by a descriptor": "os.pidfd_open(parent)",
    "trace its zygote": "call('ptrace', 16, parent, 0, 0)",
    "leave its session": "os.setsid()",
    "outlive its zygote": "call('prctl', 1, 0, 0, 0, 0)",
    # the network
    "open a socket": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "open a datagram socket": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "open a local socket": "socket.socket(socket.AF_UNIX)",
    "open a pair of sockets": "socket.socketpair()",
    # the kernel
    "enter a namespace of its own": "call('unshare', 0x10000000)",
    "mount": "call('mount', b'none', b'.', b'tmpfs', 0, None)",
    "change its root": "call('chroot', b'.')",
    "become root": "os.setuid(0)",
    "keep memory beyond its end": "call('shmget', 1, 4096, 0o1600)",
    "use io_uring": "call('syscall', 425, 1, 0)",
    "use bpf": "call('syscall', 321, 0, 0, 0)",
    "use what is newer than this": "call('syscall', 462, 0, 0)",
    # memory that no limit counts
    "map shared memory": "mmap.mmap(-1, 1 << 20)",
    "map shared zeros": "mmap.mmap(os.open('/dev/zero', os.O_RDWR), 1 << 20)",
    "map a second stack": "mmap.mmap(-1, 1 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x100)",
    "map more than it may have": "mmap.mmap(-1, 1 << 40, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ)",
    "make a file of memory": "os.memfd_create('memory')",
    # memory of the kernel's, and its time
    "queue requests of disks": "call('syscall', 206 if X86 else 0, 1 << 16, ctypes.byref(ctypes.c_ulong()))",
    "make a timer": "call('timer_create', 0, None, ctypes.byref(ctypes.c_void_p()))",
    "make a pipe larger": "fcntl.fcntl(os.pipe()[1], 1031, 1 << 20)",
    "lock parts of a file": "fcntl.lockf(open('locks', 'w'), fcntl.LOCK_EX, 1, 1)",
    "make rules of its own": "call('syscall', 444, (ctypes.c_ulong * 1)(1), 8, 0)",
    "write everybody's disks": "call('syscall', 162 if X86 else 81)",
    "raise a limit": "resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, 1 << 40))",
}


@pytest.fixture(scope="module")
def attempts(launcher: JailLauncher) -> dict[str, object]:
    """What came of every attempt, one worker making them all."""
    packages = str(Path(pytest.__file__).parent.parent)
    code = [HEAD, f"PACKAGES = {packages!r}"]
    for number, attempt in enumerate(ATTEMPTS.values()):
        code += [
            f"def attempt{number}():",
            "    try:",
            f"        {attempt}",
            "    except (OSError, ValueError) as error:",
        ]
        code += ["        return f'{type(error).__name__}'", "    return None"]
    replies = ask(launcher, "\n".join(code), *(f"attempt{number}" for number in range(len(ATTEMPTS))))
    return dict(zip(ATTEMPTS, replies, strict=True))


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_worker_cannot(attempts: dict[str, object], name: str) -> None:
    reply = attempts[name]
    assert isinstance(reply, Returned), reply
    assert reply.value is not None, "it could"


def test_nothing_was_left(attempts: dict[str, object]) -> None:
    assert not Path("/tmp/marker").exists()
    assert not Path("/dev/shm/marker").exists()


MODULES = {
    "numpy": """
import numpy
def work():
    a = numpy.arange(12.0).reshape(3, 4)
    return [numpy.linalg.norm(a), (a @ a.T).shape]
""",
    "sympy": """
import sympy
def work():
    x = sympy.Symbol("x")
    return str(sympy.integrate(sympy.sin(x) ** 2, (x, 0, sympy.pi)))
""",
    "torch": """
import torch
def work():
    torch.set_num_threads(2)
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.LazyLinear(3))
    x, y = torch.randn(64, 1, 32, 32), torch.zeros(64, dtype=torch.long)
    net(x)
    for kind in (torch.optim.Adam, torch.optim.LBFGS):
        optimizer = kind(net.parameters())
        def closure():
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(net(x), y)
            loss.backward()
            return loss
        optimizer.step(closure)
    torch.save(net.state_dict(), "net.pt")
    return len(torch.load("net.pt"))
""",
}


@pytest.mark.parametrize("name", MODULES)
def test_the_libraries_work_inside(launcher: JailLauncher, name: str) -> None:
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed here")
    with Sandbox(launcher, {"module": bundle_of(MODULES[name], name, "numpy", limits=Limits(4 << 30))}) as sandbox:
        reply = sandbox.call(Request("module", "module", "work", (), PATIENCE))
    assert isinstance(reply, Returned), reply


_FOLDERS = """
import os
def leave():
    open("mine", "w").close()
    return os.getcwd()
def look(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return None
"""


def test_workers_share_no_folder_beside_and_after_one_another(launcher: JailLauncher) -> None:
    bundles = {name: bundle_of(_FOLDERS) for name in ("first", "second", "third", "fourth")}

    def ask_worker(sandbox: Sandbox, worker: str, function: str, *arguments: str) -> Any:
        reply = sandbox.call(Request(worker, "module", function, arguments, PATIENCE))
        assert isinstance(reply, Returned), reply
        return reply.value

    with Sandbox(launcher, bundles) as sandbox:
        first_folder = ask_worker(sandbox, "first", "leave")
        assert ask_worker(sandbox, "second", "look", first_folder) is None
        second_folder = ask_worker(sandbox, "second", "leave")
        assert ask_worker(sandbox, "first", "look", second_folder) is None
        sandbox.end("first")
        assert ask_worker(sandbox, "third", "look", first_folder) is None
        sandbox.end("second")
        sandbox.end("third")
        folders = (first_folder, second_folder)
        assert [ask_worker(sandbox, "fourth", "look", folder) for folder in folders] == [None, None]


def test_what_must_be_absent_is_not_in_the_memory_either(launcher: JailLauncher) -> None:
    bundle = Bundle({}, {}, preload=("numpy", "sympy"))
    assert "torch" not in warm_modules(bundle)
    code = "import gc, sys\ndef look():\n    return [name for name in sys.modules if name.startswith('torch')]"
    assert ask(launcher, code, "look") == [Returned([])]


def test_a_worker_of_root_is_nobody_else(launcher: JailLauncher) -> None:
    if "own user" not in launcher.restrictions:
        pytest.skip("only root can give a worker a user of its own")
    code = "import os\ndef who():\n    return [os.getuid(), os.getgid(), os.getgroups()]"
    replies = ask(launcher, code, "who") + ask(launcher, code, "who")
    ids = [reply.value[0] for reply in replies if isinstance(reply, Returned) and isinstance(reply.value, list)]
    assert len(set(ids)) == 2
    assert min(ids) >= 0x7000_0000  # type: ignore[type-var, operator]


# --- when something is missing ---


@pytest.fixture
def lean(monkeypatch: pytest.MonkeyPatch) -> None:
    knowing_nothing(monkeypatch.setattr)


def _lacking(monkeypatch: pytest.MonkeyPatch, lacks: dict[str, str], through: dict[str, str]) -> None:
    words = {"lacks": lacks, "through": through, "landlock": 0, "own user": False}
    monkeypatch.setattr(Zygote, "first_words", lambda self: words)


@pytest.mark.usefixtures("lean")
def test_a_missing_wall_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _lacking(monkeypatch, {"files": "Function not implemented"}, {"system calls": "a socket could be opened"})
    with pytest.raises(SandboxError) as caught:
        JailLauncher()
    assert str(caught.value) == (
        "the jail sandbox is not available on this machine. "
        "Missing: Landlock: Linux 5.13 or later, with `landlock` among the kernel's lsm= modules "
        "(Function not implemented). "
        "Missing: seccomp filters: a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64 "
        "(a socket could be opened). "
        "Use --sandbox docker, or --allow-weaker to run with the rest."
    )


@pytest.mark.usefixtures("lean")
def test_with_leave_the_rest_will_do_and_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    _lacking(monkeypatch, {"files": "Function not implemented", "own disk": "Operation not permitted"}, {})
    with closing(JailLauncher(allow_weaker=True)) as launcher:
        assert launcher.restrictions == ("limits", "system calls (seccomp)", "own session")


def test_another_kind_is_not_guessed_at() -> None:
    assert default_kind() == "jail"
    with pytest.raises(UsageError, match=r"unknown sandbox 'cage' \(choose from jail, process, docker\)"):
        open_launcher(SandboxSettings("cage"))


def test_the_memory_of_a_container_bounds_its_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bound = tmp_path / "memory.max"
    monkeypatch.setattr(jail, "_CGROUP_FILES", (str(tmp_path / "none"), str(bound)))
    assert container_memory() is None
    bound.write_text("max\n")
    assert container_memory() is None
    bound.write_text("1073741824\n")
    assert container_memory() == 966367641


# --- the zygote ---


@pytest.mark.usefixtures("lean")
def test_a_zygote_that_died_is_replaced() -> None:
    with closing(JailLauncher()) as launcher:
        assert ask(launcher, "def well():\n    return 1", "well") == [Returned(1)]
        zygote = launcher.zygote(warm_modules(bundle_of("")))
        zygote._process.kill()
        zygote._process.wait()
        assert ask(launcher, "def well():\n    return 1", "well") == [Returned(1)]


@pytest.mark.usefixtures("lean")
def test_a_zygote_that_dies_at_work_is_no_fault_of_the_students() -> None:
    with (
        closing(JailLauncher()) as launcher,
        Sandbox(launcher, {"module": bundle_of("def f():\n    return 1")}) as sandbox,
    ):
        request = Request("module", "module", "f", (), PATIENCE)
        assert sandbox.call(request) == Returned(1)
        zygote = launcher.zygote(warm_modules(bundle_of("")))
        zygote._process.kill()
        zygote._process.wait()
        with pytest.raises(SandboxError, match="the process that starts the workers failed"):
            sandbox.call(request)
        assert sandbox.call(request) == Returned(1)


@pytest.mark.usefixtures("lean")
def test_an_import_that_fails_is_told() -> None:
    with (
        closing(JailLauncher()) as launcher,
        pytest.raises(SandboxError, match="No module named 'no_such_package'"),
        Sandbox(launcher, {"module": bundle_of("", "no_such_package")}) as sandbox,
    ):
        sandbox.call(Request("module", "module", "f", (), PATIENCE))


KILLED = """
import sys
from grader.sandbox.launcher import Request
from grader.sandbox.supervisor import Sandbox
from grader.sandbox.choose import open_launcher
from grader.sandbox.process import ProcessLauncher
from grader.sandbox.sandbox_settings import SandboxSettings
from tests.support.workers import bundle_of, knowing_nothing
knowing_nothing(setattr)
code = "import os, time\\ndef hang():\\n    if FORKS: os.fork()\\n    while True: pass"
code = code.replace("FORKS", str(sys.argv[1] != "jail"))
launcher = ProcessLauncher() if sys.argv[1] == "started" else open_launcher(SandboxSettings(sys.argv[1]))
with Sandbox(launcher, {"module": bundle_of(code)}) as sandbox:
    sandbox.start("module")
    print("started", flush=True)
    sandbox.call(Request("module", "module", "hang", (), 10_000.0))
"""


@pytest.mark.parametrize("kind", ["jail", "process", "started"])  # the last is what Windows and macOS have
def test_when_the_grader_is_killed_everything_ends(kind: str) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, kind], stdout=subprocess.PIPE, cwd=ROOT) as grader:
        assert grader.stdout is not None
        assert grader.stdout.readline() == b"started\n"
        mark = f'"protected_pids": [{grader.pid}]'
        wait_until(lambda: len(_processes(mark)) >= 2)
        grader.send_signal(signal.SIGKILL)
        wait_until(lambda: not _processes(mark))


def _processes(mark: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


# --- with fewer rights ---

_ORDINARY = """
import ctypes, os, sys, tempfile
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)


def shut_above(path):  # the first folder on the way that only its owner may enter, as /root and what mktemp makes are
    return next((parent for parent in reversed([path, *path.parents]) if not parent.stat().st_mode & 1), None)


def mount(source, target, kind=None, flags=0, data=None):
    done = libc.mount(bytes(source), bytes(target), kind, ctypes.c_ulong(flags), data)
    assert done == 0, f"mounting {source} on {target}: {os.strerror(ctypes.get_errno())}"


needed = [Path(sys.base_prefix), Path(sys.prefix), Path.cwd()]
shut = {path: above for path in needed if (above := shut_above(path))}
if any(path == above for path, above in shut.items()):
    sys.exit("only its owner may enter the folder of the tests itself")
if shut:  # others get in by a view of the file system in which these folders hold nothing but what is needed
    assert libc.unshare(0x00020000) == 0  # CLONE_NEWNS
    mount(b"none", b"/", flags=0x44000)  # MS_REC | MS_PRIVATE
    aside = {path: Path(tempfile.mkdtemp()) for path in shut}
    for path in shut:
        mount(path, aside[path], flags=4096)  # MS_BIND
    for above in set(shut.values()):
        mount(b"none", above, b"tmpfs", data=b"mode=0755")
    for path in shut:
        path.mkdir(parents=True, exist_ok=True)
        mount(aside[path], path, flags=4096)
    os.chdir(needed[-1])
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
os.environ["HOME"] = "/nonexistent"
os.execv(sys.executable, [sys.executable, "-B", "-m", "pytest", *sys.argv[1:]])
"""
_WITHOUT_RIGHTS = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
for capability in range(41):
    libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP: after execv, not even root has any
os.execv(sys.executable, [sys.executable, "-B", "-m", "pytest", *sys.argv[1:]])
"""
_SOME = (
    "(value or file or memory or hangs or signal or share or inherit or flood or started or cannot or libraries)"
    " and not process and not docker"
)


_FEW = "(value or memory or cannot or numpy) and not process and not docker"


@pytest.mark.thorough
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")
@pytest.mark.parametrize("script", [_ORDINARY, _WITHOUT_RIGHTS], ids=["an ordinary user", "root without capabilities"])
def test_the_sandboxes_hold_for(script: str) -> None:
    files = ("tests/test_sandboxes.py", "tests/test_jail.py")
    ran = subprocess.run(
        [sys.executable, "-c", script, "-q", "-k", _SOME, *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    if "only its owner may enter" in ran.stderr:
        pytest.skip(f"{ROOT}: {ran.stderr.strip()}")
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-2000:]
    assert " passed" in ran.stdout


@pytest.mark.thorough
@pytest.mark.parametrize(
    "flags",
    [
        {"user": "65534:65534", "cap_drop": ["ALL"], "security_opt": ["no-new-privileges"], "read_only": True},
        {"user": "0:0", "cap_drop": ["ALL"]},
        {"user": "0:0"},
    ],
    ids=["nobody without capabilities", "root without capabilities", "root as the engine has it"],
)
def test_the_sandboxes_hold_in_a_container_for(flags: dict[str, Any]) -> None:
    image = worker_image()
    folders = {str(ROOT), sys.base_prefix, sys.prefix}
    with closing(connect()) as client:
        container = client.containers.run(
            image,
            entrypoint=[sys.executable, "-B", "-m", "pytest"],
            command=["-q", "-k", _FEW, "tests/test_sandboxes.py", "tests/test_jail.py"],
            working_dir=str(ROOT),
            volumes={folder: {"bind": folder, "mode": "ro"} for folder in folders},
            tmpfs={"/tmp": "size=256m,mode=1777"},
            network_mode="none",
            detach=True,
            **flags,
        )
        try:
            status = container.wait(timeout=4 * PATIENCE)["StatusCode"]
            text = container.logs().decode()
        finally:
            container.remove(force=True)
    assert status == 0, text[-5000:]
    assert " passed" in text
    assert "skipped" not in text.splitlines()[-1], text[-2000:]
