"""`docker`: every worker in a container of its own, the grader on the host. The engine may be on another machine.

A container of the worker image (`grader image` builds it) is started with the restrictions of `host_config.py`, and is
the same for every submission until its first message: files travel over the protocol's stream, so nothing is mounted.

Process 1 is a zygote (`zygote_server.py`), from which the workers of one submission after the other are forked, each in
a jail of its own (`shared.py`); where the engine's kernel has none, and for workers with a GPU, a container is one
worker's, and its process 1 is `relay.py`. Either ends with all that is in it when the grader hangs up.
"""

import contextlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import docker
import requests

from grader.errors import SandboxError
from grader.sandbox.deadline import ProcessorTime
from grader.sandbox.docker.connections import Container
from grader.sandbox.docker.engine import SESSION, connect, engine_errors, remove, remove_session, session_labels, sweep
from grader.sandbox.docker.host_config import host_config
from grader.sandbox.docker.image import CHILD_LABEL, WORKER_IMAGE, build_once, child_hash
from grader.sandbox.docker.shared import Shared, SharedWorker, server_command
from grader.sandbox.docker.spares import Kind, Spares, warm_up
from grader.sandbox.docker.stream import Stream
from grader.sandbox.launcher import Bundle, Connection, OnStep
from grader.sandbox.process import worker_environment
from grader.sandbox.warm_modules import warm_modules

_ENDED_SECONDS = 10  # between the end of a container's stream and the end of the container
# Of `worker_environment`: what is said of this machine and means nothing in a container.
_OF_THIS_MACHINE = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")
_PYTHON = ["/venv/bin/python", "-s", "-P", "-B", "-X", "utf8", "/worker"]
_NOBODY = "65534:65534"
HELPERS = 2  # threads that start spares and remove what has ended: one of each at a time


class DockerLauncher:
    """Starts workers in containers. Thread-safe.

    `gpus` are device ids, or "all", for workers that import torch; `spares` is how many containers of a kind wait.
    `share` lets workers share a container where a jail's restrictions hold in it. With `build` the grader's own image
    is built where it is missing or of another version; `on_step` gets its progress. Raises SandboxError if there
    is no engine, if it cannot keep the restrictions up, or if there is no such image.
    """

    name = "docker"
    restrictions: tuple[str, ...] = (
        *("no network", "read-only", "no capabilities", "no new privileges", "own user", "own namespaces"),
        *("memory", "processes", "processor time", "own disk"),
    )

    def __init__(
        self,
        image: str = WORKER_IMAGE,
        *,
        gpus: str | None = None,
        spares: int = 1,
        share: bool = True,
        build: bool = False,
        on_step: OnStep = lambda number, count, what: None,
    ) -> None:
        self._image = image
        self._gpus = gpus
        self._labels = session_labels()
        self._closed = False
        self._client = connect()
        try:
            if self._lacks_image() and build and image == WORKER_IMAGE:
                build_once(lambda: bool(self._lacks_image()), on_step)
            problem = self._lacks_image()
            if problem:
                raise SandboxError(problem)
            with engine_errors("looking for containers that were left behind"):
                self.swept = sweep(self._client)
        except BaseException:
            self._client.close()
            raise
        self._helpers = ThreadPoolExecutor(HELPERS, thread_name_prefix="containers")
        self._spares = Spares(self._start_warm, self._helpers, spares)
        self._fresh = Spares(self._start_jailing, self._helpers, spares)
        self._shared: dict[Kind, Shared] = {}
        self._sharing = share
        self._lock = threading.Lock()

    def launch(self, bundle: Bundle) -> Connection:
        kind = Kind.of(bundle, gpu=self._gpus is not None and "torch" in bundle.preload)
        shared = None if kind.gpu or not self._sharing else self._launch_shared(kind, bundle)
        return shared or self._spares.take(kind) or self._start(kind)

    def _launch_shared(self, kind: Kind, bundle: Bundle) -> SharedWorker | None:
        """A worker in a container that others use too; None where the engine's kernel cannot keep them apart."""
        modules = warm_modules(bundle)
        kind = replace(kind, settings="", preload=modules, shared=True, trusted=not bundle.files)
        with self._lock:  # held while a container starts: whoever waits is to get that one
            shared = self._shared.get(kind)
            worker = None
            if shared is not None:
                with contextlib.suppress(SandboxError):  # of an engine that fails, a fresh one will say so
                    worker = shared.launch(bundle)
            if worker is None and shared is not None:
                shared.retire()
            if worker is None:
                shared = self._fresh.take(kind) or self._start_shared(kind)
                self._sharing = shared is not None
            if worker is None and shared is not None:
                self._shared[kind] = shared
                worker = shared.launch(bundle)
            return worker

    def close(self) -> None:
        """Remove every container that this launcher started. Idempotent.

        An engine that is gone now is no error: its containers end without us, and the next sweep finds what is left.
        """
        self._closed = True
        self._spares.close()
        self._fresh.close()
        for shared in list(self._shared.values()):
            shared.end()
        with contextlib.suppress(SandboxError), engine_errors("removing containers"):
            remove_session(self._client, self.session)  # also ends the start of a spare that is still under way
        self._helpers.shutdown(wait=True)
        with contextlib.suppress(SandboxError), engine_errors("removing containers"):
            remove_session(self._client, self.session)
        self._client.close()

    @property
    def session(self) -> str:
        """The label of every container of this launcher."""
        return self._labels[SESSION]

    def _lacks_image(self) -> str:
        """Why the image will not do; nothing where it will."""
        tag = "" if self._image == WORKER_IMAGE else f" --tag {self._image}"
        with engine_errors("looking for the worker image"):
            try:
                labels = self._client.images.get(self._image).labels
            except docker.errors.ImageNotFound:
                return f"there is no worker image {self._image}; `grader image{tag}` builds it."
        if labels.get(CHILD_LABEL) != child_hash():
            return (
                f"the worker image {self._image} was built from another version of the grader; "
                f"`grader image{tag}` builds it anew."
            )
        return ""

    def attach_relay(self, container: str, command: list[str]) -> Stream:
        """Start a relay in a shared container."""
        with engine_errors("starting a worker in a container"):
            api = self._client.api
            created = api.exec_create(container, [*_PYTHON, *command], stdin=True, user=_NOBODY, workdir="/tmp")
            return Stream(api.exec_start(created["Id"], socket=True))

    def _start_shared(self, kind: Kind) -> Shared | None:
        """A container whose zygote is warm; None where the restrictions of a jail do not hold in it."""
        identity, stream = self._run(kind, entrypoint=_PYTHON, command=server_command(kind.preload))
        shared = Shared(self, identity, stream)
        try:
            jailing = shared.is_jailing()
        except BaseException:
            shared.end()
            raise
        if not jailing:
            shared.end()
        return shared if jailing else None

    def _start_jailing(self, kind: Kind) -> Shared:
        shared = self._start_shared(kind)
        if shared is None:
            raise SandboxError("the restrictions of a jail do not hold in this engine's containers.")
        return shared

    def _start_warm(self, kind: Kind) -> Container:
        container = self._start(kind)
        try:
            warm_up(container, kind)
        except BaseException:
            container.end()
            raise
        return container

    def _start(self, kind: Kind) -> Container:
        identity, stream = self._run(kind, command=[kind.settings])
        return Container(self, identity, stream, kind.memory_bytes)

    def _run(self, kind: Kind, **what: Any) -> tuple[str, Stream]:
        """A started container of the image and our end of its process 1."""
        with engine_errors("starting a container"):
            api = self._client.api
            identity: str = api.create_container(
                self._image,
                **what,
                environment={
                    name: value for name, value in worker_environment("/tmp").items() if name not in _OF_THIS_MACHINE
                },
                labels=self._labels,
                working_dir="/tmp",
                user=_NOBODY,
                stdin_open=True,
                host_config=api.create_host_config(**host_config(kind, self._gpus)),
            )["Id"]
            with contextlib.ExitStack() as undo:
                undo.callback(remove, self._client, identity)
                attached: Any = api.attach_socket(identity, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
                stream = Stream(attached)
                undo.callback(stream.close)
                api.start(identity)
                undo.pop_all()
        return identity, stream

    def discard(self, identity: str) -> None:
        """Remove a container behind the caller's back: nothing that comes after needs to wait for it."""
        try:
            self._helpers.submit(self._remove, identity)
        except RuntimeError:  # they have been sent home
            self._remove(identity)

    def _remove(self, identity: str) -> None:
        with contextlib.suppress(SandboxError), engine_errors("removing a container"):  # the next start will say so
            remove(self._client, identity)

    def processor_time(self, identity: str) -> ProcessorTime | None:
        """Of all that runs in a container, by a process beside it; None where that does not come to an answer."""
        api = self._client.api
        with contextlib.suppress(docker.errors.APIError, requests.RequestException, ValueError):
            created = api.exec_create(identity, [*_PYTHON, "processor_time", ""], stderr=False, user=_NOBODY)
            times = json.loads(api.exec_start(created["Id"]))
            return times and ProcessorTime(*times)
        return None

    def how_it_ended(self, identity: str, *, hung_up: bool) -> tuple[int | None, bool]:
        """A container's exit status, None while it runs, and whether it had passed its memory.

        Raises SandboxError where the engine, and not the code in the container, is why nothing comes from it any more.
        """
        if self._closed:  # it was us
            return None, False
        with engine_errors("asking how a container ended"):
            try:
                if hung_up:
                    self._await_end(identity)
                state = self._client.api.inspect_container(identity)["State"]
            except docker.errors.NotFound as error:
                raise SandboxError("a worker's container was removed by somebody else while it was at work.") from error
        return (None if state["Running"] else state["ExitCode"]), state["OOMKilled"]

    def _await_end(self, identity: str) -> None:
        try:
            self._client.api.wait(identity, timeout=_ENDED_SECONDS)
        except (requests.Timeout, requests.ConnectionError) as error:  # the SDK says a timeout in either way
            with engine_errors("asking how a container ended"):
                self._client.ping()
            raise SandboxError("the connection to a worker's container broke, though it still runs.") from error
