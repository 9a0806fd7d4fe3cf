"""What a container of a worker may do, by Docker's own flags.

network none            no interface but its own loopback
read_only               the image cannot be written; /tmp is a bounded disk in memory, noexec, nosuid, nodev
cap_drop, user          no capability, nobody's uid, and no-new-privileges: no way back to one
pids_limit, mem_limit   processes, threads and memory (swap included), by the container's cgroup
nano_cpus               one processor
ipc none                no /dev/shm, which would be memory that stays
tmpfs /torch            where a worker is to have no torch: an empty folder over the image's
log none                what is printed is not written to the engine's disk
"""

from typing import Any

from docker.types import DeviceRequest, LogConfig

from grader.sandbox.docker.spares import Kind

TORCH_FOLDER = "/torch"  # of the image, see Dockerfile
PROCESSORS = 1.0  # a worker's libraries use one thread each, so more would only blur the time of its neighbours
# A worker's own limit on its data is the promised one, so that it gets a MemoryError. The container's holds for all its
# processes together, and is higher by what the files in /tmp may take, and the relay and the pages of libraries do.
OVERHEAD_BYTES = 64 << 20
WARM_BYTES = 512 << 20  # of a shared container: a zygote with torch in it
SHARING = 4  # workers at a time: a submission's exercises, started ahead of their turn


def host_config(kind: Kind, gpus: str | None) -> dict[str, Any]:
    """The arguments of the SDK's `create_host_config`. `gpus` are device ids, or "all"."""
    memory = kind.memory_bytes + kind.disk_bytes + OVERHEAD_BYTES + (WARM_BYTES if kind.shared else 0)
    workers = SHARING if kind.shared else 1
    return {
        "network_mode": "none",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        # a relay each; the zygote; and one that looks at their times
        "pids_limit": (kind.processes + 1) * workers + kind.shared + 1,
        "mem_limit": memory,
        "memswap_limit": memory,
        "nano_cpus": int(PROCESSORS * 1e9),
        "ipc_mode": "none",
        "tmpfs": {"/tmp": f"rw,size={kind.disk_bytes},nr_inodes={1024 * workers},mode=1777,noexec,nosuid,nodev"}
        | ({TORCH_FOLDER: "ro,size=4k,noexec,nosuid,nodev"} if "torch" not in kind.preload else {}),
        "log_config": LogConfig(type="none"),
        "device_requests": [_gpu_request(gpus)] if kind.gpu else None,
    }


def _gpu_request(gpus: str | None) -> DeviceRequest:
    if gpus == "all":
        return DeviceRequest(count=-1, capabilities=[["gpu"]])
    return DeviceRequest(device_ids=(gpus or "").split(","), capabilities=[["gpu"]])
