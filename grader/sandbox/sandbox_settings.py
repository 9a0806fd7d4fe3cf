"""Which sandbox is asked for, in one frozen value. Apart from `choose`, whose launchers take their time to import."""

from dataclasses import dataclass

# For the processes of a class and of a cluster, too.
IMAGE_VARIABLE, GPUS_VARIABLE = "GRADER_IMAGE", "GRADER_GPUS"
KINDS = ("jail", "process", "docker")


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Where a student's code runs. `kind` is one of `KINDS`; None for the one that fits other people's work here.

    `allow_weaker` runs even where the machine lacks a restriction. `image` and `gpus` are for `docker`: a worker image
    other than the grader's own, and which GPUs a worker may see; None for what the environment's GRADER_IMAGE and
    GRADER_GPUS say. With `build` the grader's own image is built where there is none.
    """

    kind: str | None = None
    allow_weaker: bool = False
    image: str | None = None
    gpus: str | None = None
    build: bool = True
