"""A desk that is open: in a thread of the test, or as the real command, which can be killed."""

import atexit
import contextlib
import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvicorn

from grader.assignment_folder import load_assignment
from grader.classroom.desk.marking import Desk
from grader.classroom.desk.server import open_desk
from tests.support import warm_commands
from tests.support.command import PATIENCE, ROOT


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(slots=True)
class Door:
    """Somebody's way in, by HTTP alone."""

    link: str
    cookie: str = ""

    @property
    def origin(self) -> str:
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    def enter(self, link: str | None = None) -> "Door":
        answer = self.ask("GET", (link or self.link).removeprefix(self.origin))
        assert answer.status == 200, answer.text
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return self

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> Answer:
        """As the desk's own script sends it."""
        body = urlencode(fields or {}, doseq=True)
        return self.ask("POST", path, body, {"Origin": self.origin, "Accept": "application/json", **headers})

    def ask(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.link).netloc, timeout=PATIENCE)
        try:
            cookie = {"Cookie": self.cookie} if self.cookie else {}
            connection.request(method, path, body, {**cookie, **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode())
        finally:
            connection.close()


@contextlib.contextmanager
def opened(results: Path, marker: str = "Emmy", *, anonymous: bool = False, second: float = 0) -> Iterator[Door]:
    """A desk in a thread; its tables are brought up to date when the block ends."""
    with Desk(results, load_assignment(), anonymous=anonymous) as desk:
        desk.database.set("second", str(second))
        door = open_desk(desk, marker, say=lambda text: None)
        server = uvicorn.Server(uvicorn.Config(door.app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door.socket]})
        thread.start()
        try:
            yield Door(door.link).enter()
        finally:
            server.should_exit = True
            thread.join()
            door.socket.close()


class RunningDesk:
    """`grader desk`, as a process: forked from a warm one, which a signal reaches as any other."""

    def __init__(self, results: Path, *options: str) -> None:
        command = [sys.executable, "-m", "grader", "desk", str(results), "--no-browser", *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.process = warm_commands.Process(command, text=True, cwd=ROOT, **pipes)  # type: ignore[call-overload]
        atexit.register(self.process.kill)  # where a test fails before it closes the desk
        assert self.process.stdout is not None
        self.said: list[str] = []
        for line in self.process.stdout:
            self.said.append(line)
            if match := re.search(r"http\S+", line):
                self.link = match[0]
                return
        raise AssertionError("".join(self.said))

    def kill(self) -> None:
        self.process.kill()
        self._end()

    def close(self) -> int:
        self.process.terminate()
        return self._end()

    def _end(self) -> int:
        assert self.process.stdout is not None
        self.said += self.process.stdout.readlines()
        self.process.stdout.close()
        atexit.unregister(self.process.kill)
        return self.process.wait(PATIENCE)
