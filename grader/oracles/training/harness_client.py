"""The grader's end of a re-run: prepares the student's worker, calls the harness in it, and accounts for the time."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from grader.errors import UsageError
from grader.model import CallFailure, Outcome, Verdict
from grader.oracles.training.gpu_lock import gpu_lock
from grader.oracles.training.harness_replies import stopped
from grader.oracles.training.images import Images
from grader.oracles.training.time_box import Pace, TimeBox

PREPARE_SECONDS = 120.0  # ours: a first CUDA context on a cold machine
MAKER = "make_optimizer"
IMPORT_SECONDS = 20.0  # importing a module trains nothing
_CUDA_ERROR = "CUDA error"  # as torch's messages begin
OVERSHOOT_SECONDS = 2.0  # after the share, for the step of the student's that is under way; then the worker is stopped


@dataclass(slots=True)
class HarnessClient:
    """Calls the harness in the student's worker, and the oracle (`grader.oracles.optimizers`) in a worker of ours.

    `harness` and `oracle` are proxies of these modules, with `within(seconds)`; `__failure__` of the first is the
    CallFailure that each call raises where none can be answered. `settings`: seconds, batch_size,
    device, gpu_memory_gib. `names` are the optimizers, `module` is the student's.
    """

    harness: Any
    oracle: Any
    images: Images
    settings: Mapping[str, Any]
    names: Sequence[str]
    module: str
    clock: Callable[[], float] = time.monotonic
    device: str = ""  # for a report
    box: TimeBox | None = None
    _place: str = ""  # as torch calls it
    _broken: CallFailure | None = None
    _prepared: bool = False
    _lock: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """Release the GPU, if one is used, for other submissions."""
        self._lock.close()

    def ready(self) -> TimeBox:
        """Prepare the worker, with the data and the student's module in it, if it is not; returns the time box, which
        is calibrated on the same device.

        Waits for a GPU until no other submission uses it, which is not charged, and holds it until `close`. Raises
        UsageError where the device is not available, and CallFailure where the worker could not be prepared.
        """
        # Where reading has shown that no question will be answered, nothing of ours is started to prepare one.
        self._broken = self._broken or getattr(self.harness, "__failure__", None)
        if self._broken is not None:
            raise self._broken
        if not self._place:
            self._find_device()
        if self.box is None:
            self.box = TimeBox(float(self.settings["seconds"]), len(self.names), self._pace)
        if not self._prepared:
            self._prepare(self.box)
        return self.box

    def ask(self, seconds: float, function: str, *args: Any) -> dict[str, Any]:
        """Call a function of the harness, which may take `seconds` of work, and charge the time box. Raises CallFailure
        for every reply other than "ready"."""
        box = self.ready()
        began = self.clock()
        deadline = box.pace.work_seconds(max(seconds, 0.0)) + OVERSHOOT_SECONDS
        answer: dict[str, Any] = {}
        try:
            answer = self._ask(deadline, function, *args)
        finally:
            work = answer.get("seconds")
            wall = min(self.clock() - began, deadline)  # beyond, the worker was waiting for a processor
            box.charge(wall, work if isinstance(work, float) and work >= 0 else 0.0)
        return answer

    def _ask(self, deadline: float, function: str, *args: Any) -> dict[str, Any]:
        deadline = round(deadline, 1)  # as it is read by the student
        try:
            answer = getattr(self.harness.within(deadline), function)(*args)
        except CallFailure as fault:
            # The worker may be gone, and with it all that was prepared in it; preparing anew costs the student nothing.
            if fault.kind in ("timeout", "starved", "crashed") or self._has_lost_its_gpu(fault):
                self._prepared = False
            raise self._in_their_words(fault) from None
        return self._good(answer)

    def _pace(self, too_old: float) -> Pace:
        return Pace.of(self.oracle.reference_seconds(self._place, too_old))

    def _has_lost_its_gpu(self, fault: CallFailure) -> bool:
        """Whether the worker's CUDA context is broken, as after an index out of range; nothing runs on the GPU in that
        process again, so it is ended, and the next call starts another."""
        if _CUDA_ERROR not in fault.verdict.message:
            return False
        with suppress(CallFailure):
            self.harness.leave()
        return True

    def _find_device(self) -> None:
        description = self.oracle.device_of(str(self.settings.get("device", "auto")))
        if "why" in description:
            raise UsageError(
                f"The device {self.settings.get('device')} is not available in the sandbox: {description['why']}. "
                "`--device auto` takes what there is."
            )
        self._lock.enter_context(gpu_lock(description["device"], description["gpu"]))
        self._place, self.device = description["device"], description["label"]

    def _prepare(self, box: TimeBox) -> None:
        images, settings = self.images, self.settings
        options = {
            "device": self._place,
            "gpu_memory_bytes": int(float(settings.get("gpu_memory_gib", 4)) * 2**30),
            "classes": images.classes,
            "batch_size": int(settings["batch_size"]),
            "module": self.module,
            "optimizers": list(self.names),
        }
        try:
            harness = self.harness.within(PREPARE_SECONDS)
            self._good(harness.prepare(options, images.x, images.y, images.held_out))
            self._prepared = True
            self._ask(box.pace.work_seconds(IMPORT_SECONDS), "import_module")
        except CallFailure as fault:
            self._broken = fault
            raise

    def _good(self, answer: Any) -> dict[str, Any]:
        reply = answer if isinstance(answer, dict) else {}
        match reply.get("status"):
            case str("ready"):
                return reply
            case str("no-device"):  # our own worker has just seen it, in the same sandbox
                message = (
                    f"The training could not begin: beside your code, torch no longer finds the device {self._place}, "
                    f"which is there. {self.module}.py has to leave torch itself as it is."
                )
                raise CallFailure(Verdict(Outcome.CRASHED, 0.0, message, "device-lost"), "crashed")
            case _:
                raise stopped(reply, self.images.classes)

    def _in_their_words(self, fault: CallFailure) -> CallFailure:
        """The failure with its subject, a function of the harness, replaced by what the student knows it as."""
        maker_returned = not any(frame.function == MAKER for frame in fault.frames)
        subject = "your optimizer" if maker_returned and fault.verdict.outcome is not Outcome.MISSING else MAKER
        names = {
            "probe_optimizer": subject,
            "import_module": f"{self.module}.py",
            "forward": f"your network, given images of shape {self.images.x.shape[1:]},",
            "rewind": f"your network, given images of shape {self.images.x.shape[1:]},",
        }
        name, space, rest = fault.verdict.message.partition(" ")
        return CallFailure(
            replace(fault.verdict, message=names.get(name, name) + space + rest), fault.kind, fault.frames
        )
