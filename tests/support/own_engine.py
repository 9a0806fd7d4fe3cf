"""A Docker engine that is ours alone, to be ended and started again: for `scripts.soak`.

It has no network and touches no firewall, lies with all that it holds in one folder, and gets the worker's image from
the machine's own engine. Needs root on Linux, `dockerd`, and that other engine.
"""

import contextlib
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import requests

from grader.errors import SandboxError
from grader.sandbox.docker.engine import connect
from tests.support.engines import IMAGE, docker_launcher

START_SECONDS = 300.0
END_SECONDS = 30.0  # for the engine to end its containers
_APART = ("--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false", "--bridge=none")


class EngineUnavailable(Exception):  # noqa: N818 - no error: this machine cannot have one
    """Why there can be no engine of our own."""


class OwnEngine:
    """The engine, which is started and ended as often as one likes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.host = f"unix://{folder}/engine.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Raises EngineUnavailable."""
        places = {"--data-root": "data", "--exec-root": "run", "--pidfile": "engine.pid"}
        options = [f"{name}={self._folder / place}" for name, place in places.items()]
        command = ["dockerd", "--host", self.host, *options, *_APART]
        with open(self._folder / "engine.log", "ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(docker.errors.DockerException, requests.RequestException), self.client() as client:
                client.ping()
                return
            time.sleep(0.1)
        raise EngineUnavailable(f"dockerd does not start: {(self._folder / 'engine.log').read_text()[-300:]}")

    def end(self) -> None:
        """As the system's manager of services ends it: its containers end with it.

        It is not killed: what watches its containers would die with it, other than where that is a service of its own,
        and they would go on, known to nobody.
        """
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @contextlib.contextmanager
    def client(self) -> Iterator[docker.DockerClient]:
        with contextlib.closing(docker.DockerClient(self.host)) as client:
            yield client


@contextlib.contextmanager
def own_engine(folder: Path) -> Iterator[tuple[OwnEngine, str]]:
    """The engine, running, and the name of the worker's image in it. Raises EngineUnavailable."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("dockerd") is None:
        raise EngineUnavailable("an engine that restarts needs root, and dockerd")
    try:
        docker_launcher().close()  # which builds the image
    except SandboxError as error:
        raise EngineUnavailable(str(error)) from error
    folder.mkdir()
    engine = OwnEngine(folder)
    try:
        engine.start()
        with contextlib.closing(connect()) as other, engine.client() as client:
            client.images.load(other.images.get(IMAGE).save(named=True))  # type: ignore[arg-type]  # or any iterator
        yield engine, IMAGE
    finally:
        engine.end()
        shutil.rmtree(folder, ignore_errors=True)


def interrupt_engine(engine: OwnEngine, chance: random.Random) -> None:
    """Ended, gone for up to two seconds, and back."""
    engine.end()
    time.sleep(chance.uniform(0.0, 2.0))
    engine.start()
