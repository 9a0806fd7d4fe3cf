"""Has a command run by a warm process (`warm_server`) as if it were this one: its folder, environment, streams.

    python -IS warm_client.py SOCKET PATH MODULE ARGS...

PATH is what comes first where MODULE looks for imports. Standard library only, and without `site`: it starts at once.
"""

import json
import os
import signal
import socket
import sys
from contextlib import suppress


def main() -> int:
    address, path, module, *args = sys.argv[1:]
    request = {"module": module, "args": args, "folder": os.getcwd(), "path": path, "environment": dict(os.environ)}
    request |= {"targets": [0, 1, 2], "session": False, "bound": True}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        message = json.dumps(request).encode()
        socket.send_fds(connection, [len(message).to_bytes(8, "little")], [0, 1, 2])
        connection.sendall(message)
        with connection.makefile("rb") as answer:
            code = int(answer.read()[8:] or 1)  # behind the number of the process
    if code < 0:
        with suppress(OSError):  # of those that no process can change
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


if __name__ == "__main__":
    sys.exit(main())
