"""The Docker engine: reaching it, in sentences where that fails, and never leaving a container behind.

Every container carries labels that say whose it is: the place (a machine, since it was started, and where its process
numbers mean the same), the grader's process and its session. A container ends by itself when its grader hangs up,
however that ended; what is left of it then is swept up at the next start of any grader.
"""

import contextlib
import hashlib
import os
import platform
import secrets
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import docker
import requests

from grader.counting import counted
from grader.errors import SandboxError

ENGINE_SECONDS = 60.0  # for any one answer: an engine starts a container in a quarter of a second, on a slow day in ten
FORGOTTEN = timedelta(hours=1)  # since it ended; nobody is about to ask how it did
LABEL = "backprop-grader"
PLACE, PROCESS, SESSION = f"{LABEL}.place", f"{LABEL}.process", f"{LABEL}.session"
# What an engine may lack, by its own words (GET /info). It would discard such a limit with no more than a warning.
_PROMISED = {
    "MemoryLimit": "memory",
    "SwapLimit": "swap",
    "PidsLimit": "the number of processes",
    "CpuCfsQuota": "processor time",
}


def connect() -> docker.DockerClient:
    """The engine of DOCKER_HOST, or this machine's own. Raises SandboxError, also if that cannot bound workers."""
    with engine_errors("asking what it can do"):
        client = docker.from_env(timeout=int(ENGINE_SECONDS))
        try:
            info: dict[str, Any] = client.info()
        except BaseException:
            client.close()
            raise
    problem = _shortcoming(info)
    if problem:
        client.close()
        raise SandboxError(problem)
    return client


def _shortcoming(info: Mapping[str, Any]) -> str:
    """What keeps an engine that says this of itself from being a sandbox; nothing, if it will do."""
    if info.get("OSType") != "linux":
        return "the Docker engine runs no Linux containers; switch it to Linux containers."
    lacks = [words for name, words in _PROMISED.items() if not info.get(name)]
    if not lacks:
        return ""
    return (
        f"the Docker engine cannot bound {', '.join(lacks)}, so it gives no sandbox. It takes cgroups v2, or v1 with "
        "swap accounting; a rootless engine on cgroups v1 has none."
    )


@contextlib.contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn what the SDK raises into a SandboxError whose sentence says what to do. `doing`: "starting a container"."""
    try:
        yield
    except docker.errors.APIError as error:
        text = str(error.explanation or error).strip()
        if "capabilities: [[gpu]]" in text:
            raise SandboxError(
                "the Docker engine has no GPU to give; install the NVIDIA container toolkit on its machine, "
                "or grade without --gpus."
            ) from error
        raise SandboxError(f"the Docker engine failed at {doing}: {text}") from error
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise SandboxError(_unreachable(error, doing)) from error


def _unreachable(error: Exception, doing: str) -> str:
    where = os.environ.get("DOCKER_HOST") or "its usual place on this machine"
    text = str(error)
    if "PermissionError" in text or "Permission denied" in text:
        return (
            f"you may not use the Docker engine at {where}. Have an administrator add you to the group `docker` "
            "(then log in again), or use a rootless engine through DOCKER_HOST."
        )
    if isinstance(error, requests.Timeout) or "timed out" in text:
        return f"the Docker engine at {where} did not answer within {counted(ENGINE_SECONDS, 'second')} while {doing}."
    if any(word in text for word in ("Connection refused", "No such file", "FileNotFoundError", "CreateFile")):
        return (
            f"no Docker engine answers at {where}. Start Docker Desktop or another engine, or set DOCKER_HOST to "
            "where it runs."
        )
    return f"the Docker engine at {where} cannot be used while {doing}: {text}"


def session_labels() -> dict[str, str]:
    """The labels of everything that this process starts from now on; the session is a new one."""
    return {PLACE: _place(), PROCESS: _process(os.getpid()) or "", SESSION: secrets.token_hex(8)}


def remove(client: docker.DockerClient, container: str) -> None:
    """Kill and remove a container with all that runs in it. One that is gone already is fine."""
    with contextlib.suppress(docker.errors.NotFound):
        try:
            client.api.remove_container(container, v=True, force=True)
        except docker.errors.APIError as error:
            if error.status_code != 409:  # somebody else is removing it right now
                raise


def remove_session(client: docker.DockerClient, session: str) -> None:
    """Everything that one session has started."""
    for container in _labelled(client, f"{SESSION}={session}"):
        remove(client, container["Id"])


def sweep(client: docker.DockerClient) -> int:
    """Remove the containers of graders that have ended; how many they were. Those of running graders stay."""
    left = [container for container in _labelled(client, SESSION) if _is_left_behind(client, container)]
    for container in left:
        remove(client, container["Id"])
    return len(left)


def _labelled(client: docker.DockerClient, label: str) -> list[dict[str, Any]]:
    containers: list[dict[str, Any]] = client.api.containers(all=True, filters={"label": label})
    return containers


def _is_left_behind(client: docker.DockerClient, container: dict[str, Any]) -> bool:
    labels = container["Labels"]
    if labels.get(PLACE) == _place():
        number = labels.get(PROCESS, "").partition("@")[0]
        return not number.isdecimal() or _process(int(number)) != labels[PROCESS]
    if container["State"] == "running":
        return False  # whether a grader on another machine lives is not for us to know; if not, its containers end
    try:
        state = client.api.inspect_container(container["Id"])["State"]
    except docker.errors.NotFound:
        return False
    ended = max(state["FinishedAt"][:19], datetime.fromtimestamp(container["Created"], UTC).isoformat()[:19])
    return datetime.now(UTC) - datetime.fromisoformat(ended + "+00:00") > FORGOTTEN


def _place() -> str:
    """Where process numbers mean the same: this machine, since it was started, in this namespace of processes."""
    parts = [platform.node()]
    for path, read in (("/proc/sys/kernel/random/boot_id", Path.read_text), ("/proc/self/ns/pid", os.readlink)):
        with contextlib.suppress(OSError):
            parts.append(str(read(Path(path))).strip())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _process(number: int) -> str | None:
    """A running process by number and time of start, since numbers come again; None if there is none.

    Where that time is not to be had, its number has to do, and where not even that is, every process counts as running:
    better to leave a container to its own end than to take it from a grader at work.
    """
    if sys.platform == "linux":
        try:
            stat = Path(f"/proc/{number}/stat").read_text()
        except OSError:
            return None
        return f"{number}@{stat.rpartition(')')[2].split()[19]}"  # field 22, proc(5)
    if sys.platform != "win32":
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return None
        except PermissionError:
            pass
    return f"{number}@"
