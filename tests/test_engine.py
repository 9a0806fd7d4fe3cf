"""An engine that is not there, not ours to use, or not up to it: a sentence that says what to do, no other sandbox."""

import gc
from collections.abc import Iterator

import docker
import pytest
import requests

from grader.errors import SandboxError
from grader.sandbox.choose import open_launcher
from grader.sandbox.docker.container import DockerLauncher
from grader.sandbox.docker.engine import _shortcoming, connect, engine_errors
from grader.sandbox.sandbox_settings import SandboxSettings
from tests.support.engines import worker_image

# The SDK does not close a socket that it could not connect (docker/transport/unixconn.py).
SDK_LEAKS = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def _leaks() -> Iterator[None]:
    """Lets what leaks be found here, where it is expected, and not in whatever test comes next."""
    yield
    gc.collect()


@SDK_LEAKS
@pytest.mark.usefixtures("_leaks")
@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"])
def test_no_engine(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(
        SandboxError,
        match=f"no Docker engine answers at {host}. Start Docker Desktop or another engine, or set DOCKER_HOST",
    ):
        open_launcher(SandboxSettings("docker"))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            docker.errors.DockerException("('Connection aborted.', PermissionError(13, 'Permission denied'))"),
            "you may not use the Docker engine at .* add you to the group `docker`",
        ),
        (requests.ReadTimeout("read timed out"), "did not answer within 60 seconds while starting a container"),
        (requests.ConnectionError("Read timed out. (read timeout=60)"), "did not answer within 60 seconds"),
        (requests.ConnectionError("Connection refused"), "no Docker engine answers at "),
        (requests.ConnectionError("name or service not known"), "cannot be used while starting a container: name or"),
        (docker.errors.DockerException("Invalid bind address"), "cannot be used .*: Invalid bind address"),
        (
            docker.errors.APIError("", explanation='could not select device driver "" with capabilities: [[gpu]]'),
            "has no GPU to give; install the NVIDIA container toolkit .* or grade without --gpus",
        ),
        (docker.errors.APIError("", explanation="no space left"), "failed at starting a container: no space left"),
        (BrokenPipeError("broken pipe"), "cannot be used while starting a container: broken pipe"),
    ],
)
def test_what_the_sdk_raises_becomes_a_sentence(error: Exception, sentence: str) -> None:
    with pytest.raises(SandboxError, match=sentence), engine_errors("starting a container"):
        raise error


ABLE = {"OSType": "linux", "MemoryLimit": True, "SwapLimit": True, "PidsLimit": True, "CpuCfsQuota": True}


@pytest.mark.parametrize(
    ("info", "sentence"),
    [
        (ABLE, ""),
        (ABLE | {"SwapLimit": False}, "the Docker engine cannot bound swap, so it gives no sandbox."),
        (ABLE | {"PidsLimit": False, "MemoryLimit": False}, "cannot bound memory, the number of processes"),
        ({"OSType": "linux"}, "cannot bound memory, swap, the number of processes, processor time"),
        (ABLE | {"OSType": "windows"}, "the Docker engine runs no Linux containers"),
    ],
)
def test_an_engine_that_cannot_keep_the_bounds_is_none(info: dict[str, object], sentence: str) -> None:
    assert sentence in _shortcoming(info)
    assert bool(sentence) == bool(_shortcoming(info))


@pytest.mark.slow
def test_the_image_is_there_and_of_this_version() -> None:
    worker_image()
    with pytest.raises(
        SandboxError, match="there is no worker image nobody/has:this; `grader image --tag nobody/has:this` builds it"
    ):
        DockerLauncher("nobody/has:this")
    client = connect()
    other = "backprop-grader-worker:unlabelled"
    try:
        container = client.api.create_container(worker_image())
        client.api.commit(
            container["Id"], "backprop-grader-worker", "unlabelled", changes='LABEL backprop-grader.child=""'
        )
        client.api.remove_container(container["Id"])
        with pytest.raises(
            SandboxError,
            match=r"was built from another version of the grader; `grader image --tag .*:unlabelled` builds it anew",
        ):
            DockerLauncher(other)
    finally:
        client.images.remove(other, force=True)
        client.close()


@pytest.mark.slow
def test_a_gpu_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    image = worker_image()
    client = connect()
    has_one = "nvidia" in client.info().get("Runtimes", {})
    client.close()
    if has_one:
        pytest.skip("this engine has GPUs")
    from tests.support.workers import bundle_of

    launcher = DockerLauncher(image, gpus="all")
    with pytest.raises(SandboxError, match="has no GPU to give"):
        launcher.launch(bundle_of("", "torch"))
    launcher.launch(bundle_of("", "numpy")).end()
    launcher.close()
