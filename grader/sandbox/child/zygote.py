"""A warm process: it has imported what workers will need, and forks a confined worker for each that is asked for.

Started with nothing of the user's by `warm.py`; beside it only what runs in a worker is ours. It never runs
a student's code and never sees a submission: files travel to the worker itself, after the fork. So nothing in the
memory that a worker inherits is a secret, and nothing of what a worker does comes back here but its exit status.

    child zygote SETTINGS       a JSON object: kind, weaker, modules, folder, protected_pids, devices, self_test

The grader's messages come on descriptor 0, a socket of packets, each one JSON object:
    {"launch": number, "limits": {...}} with three descriptors (requests, replies, output): forks worker `number`
    {"end": number, "gone": bool}       ends worker `number` and all that it started, and answers
                                        {"status": exit code if it had ended or null, "why": a bound it had passed}
    {"times": number}                   answers {"times": [ran, waited, on_disk]} of worker `number`, or null
    {"sibling": {folder, protected_pids}} with one descriptor, a socket like this one: forks a process as warm as this
                                        one that obeys what comes on it, from its own first words on, and ends by itself
The first words from here are {"lacks": {restriction: reason}, "through": {restriction: what}, "landlock": version,
"own user": bool}; the last, where something went wrong, {"failed": text}. When the socket closes, all that was forked
here is ended.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from typing import Any

from . import (
    c_library,
    confine,
    folders,
    forks,
    landlock,
    packages,
    readable_paths,
    rlimits,
    seccomp,
    worker,
)

assert sys.platform == "linux"

WATCH_SECONDS = 0.1  # between looks at what no rlimit bounds: a disk takes some 100 MB in that time
_REFUSED = 70  # exit code of a worker that could not be shut in


class Zygote:
    """Forks workers, watches them and ends them."""

    def __init__(self, settings: dict[str, Any], control: socket.socket) -> None:
        self.settings = settings
        self.control = control
        self.forks = forks.Forks()
        self.report: dict[str, Any] = {"lacks": {}, "through": {}, "landlock": landlock.version()}
        self.readable: list[tuple[int, int]] = []
        self.own_user = False
        self.open_to_all = True
        self.lock: int | None = None
        self.rulesets = readable_paths.Rulesets()

    def prepare(self) -> None:
        """Try the restrictions, say how they hold, then import what workers will need."""
        guard()
        installed = packages.restrict(name.partition(".")[0] for name in self.settings["modules"]).places
        self.own_user = self.jailed and os.geteuid() == 0 and readable_paths.may(readable_paths.CHANGE_USER)
        if self.jailed:
            self.readable = readable_paths.readable(installed, [])
            self.open_to_all = readable_paths.open_to_all(self.readable)
            self.report |= self.try_restrictions()
        self.own_user = self.own_user and "own user" not in self.report["lacks"]
        self.report["own user"] = self.own_user
        self.say(self.report)
        with contextlib.suppress(OSError):  # without a table for this machine, which is said already
            seccomp.jail_program(os.getpid())  # whose larger part is kept for all workers
        gc.disable()  # what is imported stays: looking for garbage in it takes a tenth of the time
        for name in self.settings["modules"]:
            _import(name)
        readable_paths.release(self.readable)
        self.readable = readable_paths.readable(installed, self.settings["devices"])
        self.open_to_all = readable_paths.open_to_all(self.readable)
        gc.freeze()  # a worker's first collection would else copy all of this memory
        gc.enable()

    def make_folder(self) -> None:
        """The one in which those of workers lie, in place of that of the process this one was forked from."""
        if self.lock is not None:
            os.close(self.lock)
        self.lock = folders.make_for_workers(self.settings["folder"])

    @property
    def jailed(self) -> bool:
        return bool(self.settings["kind"] == "jail")

    def say(self, message: dict[str, Any]) -> None:
        self.control.send(json.dumps(message).encode())

    def try_restrictions(self) -> dict[str, Any]:
        """What a worker under all restrictions of this machine can still do: found out by trying it."""
        answers, answer = os.pipe()
        folder, parent = self.folder("self_test"), os.getpid()
        child = os.fork()
        if child == 0:
            try:
                lacks = confine.jail(
                    {**self.settings["self_test"], "folder": folder, "parent": parent, "ruleset": None}
                    | self.own_settings()
                )
                through = confine.self_test(self.settings["folder"] + "/outside")
                os.write(answer, json.dumps({"lacks": lacks, "through": through}).encode())
            finally:
                os._exit(0)
        os.close(answer)
        with os.fdopen(answers, "rb") as stream:
            text = stream.read()
        os.waitpid(child, 0)
        folders.remove(folder)
        outcome: dict[str, Any] = json.loads(text or '{"lacks": {"limits": "the self-test died"}, "through": {}}')
        return outcome

    def own_settings(self) -> dict[str, Any]:
        keeps = self.own_user and not self.open_to_all
        return {"own_user": self.own_user, "keep_reading": keeps, "readable": self.readable}

    def folder(self, name: str) -> str:
        path = os.path.join(self.settings["folder"], name)
        os.mkdir(path, 0o700)
        return path

    def serve(self) -> None:
        """Carry out the grader's messages until it closes the socket or has ended."""
        while True:
            if self.forks.workers and not select.select([self.control], [], [], WATCH_SECONDS)[0]:
                self.forks.watch()
                continue
            data, descriptors, _, _ = socket.recv_fds(self.control, 1 << 16, 3)
            if not data:
                return
            message = json.loads(data)
            if "launch" in message:
                self.launch(message["launch"], message["limits"], descriptors)
                for descriptor in descriptors:
                    os.close(descriptor)
            elif "sibling" in message:
                self.fork_sibling(message["sibling"], *descriptors)
            elif "times" in message:
                self.say({"times": self.forks.times(message["times"])})
            else:
                self.say(self.forks.end(message["end"], message["gone"]))

    def launch(self, number: int, limits: dict[str, Any], descriptors: list[int]) -> None:
        folder = self.folder(str(number))
        limits |= {"folder": folder, "parent": os.getpid(), "ruleset": self.rulesets.take(self.readable, folder)}
        pid = os.fork()
        if pid == 0:
            try:
                self.become_worker(limits, descriptors)
            except BaseException:  # noqa: BLE001
                os.write(2, traceback.format_exc().encode())
            finally:
                os._exit(_REFUSED)  # whatever a student's code did: nothing of a worker may ever go on as a zygote
        self.forks.workers[number] = forks.Forked(pid, limits)

    def become_worker(self, limits: dict[str, Any], descriptors: list[int]) -> None:
        """In the child: lets go of everything of the zygote's, shuts itself in, and serves."""
        self.control.detach()
        for target, descriptor in enumerate(descriptors):
            os.dup2(descriptor, target)
        ruleset = limits["ruleset"]
        confine.close_all_but([place for place, _ in self.readable] if ruleset is None else [ruleset])
        os.setsid()
        for name in ("HOME", "TMPDIR", "TEMP"):  # not by update(), which looks at what it is given: half a millisecond
            os.environ[name] = limits["folder"]
        if self.jailed:
            problems = confine.jail(limits | self.own_settings())
            missing = {
                restriction: problems[restriction] for restriction in rlimits.REQUIRED if restriction in problems
            }
            if missing and not self.settings["weaker"]:
                raise OSError(f"the restrictions do not hold: {missing}")
        else:
            os.chdir(limits["folder"])
            confine.die_with_parent(limits["parent"])
            rlimits.set_limits(limits)
            gpu = "torch" in sys.modules and readable_paths.has_gpu()  # its driver opens more than we could name
            if not gpu:
                confine.bound_addresses(limits)
            protected_pids = (*self.settings["protected_pids"], limits["parent"])
            confine.harden(protected_pids, None if gpu else limits | self.own_settings())
        confine.close_all_but([])
        self.forks.forget()
        sys.argv[:] = [""]
        requests, send = worker.own_channel()
        worker.serve(requests.read, send)

    def fork_sibling(self, settings: dict[str, Any], descriptor: int) -> None:
        """For another process of the grader's. Nothing but memory is shared: each ends with its own socket alone."""
        pid = os.fork()
        if pid:
            os.close(descriptor)
            self.forks.siblings.add(pid)
            self.forks.bury_siblings()
            return
        os.setsid()
        guard()
        self.control.close()
        self.control = socket.socket(fileno=descriptor)
        self.settings |= settings
        self.make_folder()
        self.rulesets.forget()  # which are the other's
        self.forks.forget()  # a sibling is forked before or beside workers, and has none
        self.say(self.report)


def guard() -> None:
    """What workers leave behind becomes this process's, and for a worker of its user it has no memory to be read."""
    for option, value in ((c_library.SET_CHILD_SUBREAPER, 1), (c_library.SET_DUMPABLE, 0)):
        with contextlib.suppress(OSError):  # as far as the kernel goes
            c_library.set_process(option, value)


def _import(name: str) -> None:
    importlib.import_module(name)
    if name == "torch":
        # A parent that ever ran a torch operation on two threads makes its forked children hang at theirs.
        sys.modules["torch"].set_num_threads(1)


def main(argument: str) -> None:
    """Prepare, serve, and leave nothing behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to answer
    control = socket.socket(fileno=0)
    zygote = Zygote(json.loads(argument), control)
    try:
        zygote.make_folder()
        zygote.prepare()
        zygote.serve()
    except (BrokenPipeError, ConnectionResetError):
        pass  # the grader has ended
    except BaseException:  # noqa: BLE001 - whatever it was, it is reported to the grader
        with contextlib.suppress(OSError):
            zygote.say({"failed": traceback.format_exc()})
    finally:
        zygote.forks.end_all()
        folders.remove(zygote.settings["folder"])
        os._exit(0)
