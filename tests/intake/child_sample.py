"""What a child process is asked to do in ``test_child_program``: the request says what."""

from __future__ import annotations

import json
import os
import sys
import time


def main() -> None:
    word = sys.stdin.buffer.readline().decode().strip()
    if word == "wait":
        time.sleep(600)
    if word == "fail":
        raise ValueError(word)
    if word == "leave":
        os._exit(7)
    if word == "end_host":
        os.kill(os.getppid(), 9)
    rest = sys.stdin.buffer.read()
    told = {"environment": dict(os.environ), "folder": os.getcwd(), "bytes": len(rest), "parent": os.getppid()}
    told["open"] = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    sys.stdout.buffer.write(json.dumps(told).encode())
