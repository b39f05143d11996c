"""The process that children are forked from: what they need is loaded, and nothing of any upload was ever read in it.

Starting Python and loading the readers takes far longer than reading a model; a fork of this process has both behind
it. Each request comes over the socket that is its standard input: a line of fixed length that names the module and the
seconds that it may take, with the socket over which the child is given the upload and answers. When the child has
ended, however it did, its status follows the answer as four bytes. The host ends when nobody holds the other end.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import socket
import struct
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

READERS = ("workflow_engine.bpmn.intake_child", "workflow_engine.bpmn.decisions_intake")
REQUEST_BYTES = 256
STATUS = struct.Struct("!i")


def main() -> NoReturn:
    """Fork a child for each request until the other end is closed."""
    control = socket.socket(fileno=0)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the program at the terminal, which ends us itself
    for module in READERS:
        import_module(module)
    gc.freeze()
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([control.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 512)
            _tell_ended(running)
        if control.fileno() in ready:
            request, sockets, _, _ = socket.recv_fds(control, REQUEST_BYTES, 1)
            if not request:
                os._exit(0)
            child = os.fork()
            if child == 0:
                _read(request, sockets[0])
            running[child] = sockets[0]


def _tell_ended(running: dict[int, int]) -> None:
    """Send the status of each child that has ended, and be done with it."""
    while running:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            return
        talk = running.pop(child)
        with suppress(OSError):  # the asker may have gone
            os.write(talk, STATUS.pack(os.waitstatus_to_exitcode(status)))
        os.close(talk)


def _read(request: bytes, talk: int) -> NoReturn:
    """In the child: everything of the host is left behind but its memory, and the module's ``main`` does the rest."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(talk, 0)
        os.dup2(talk, 1)
        os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        module, seconds = request.decode().split()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, float(seconds))
        import_module(module).main()
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may get back into the loop of the host
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(status)
