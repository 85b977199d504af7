"""Wrapper that every child starts through, so that it cannot outlive its supervisor.

Run as a script, `python -I -S guard.py PARENT_PID PROGRAM [ARGUMENT ...]`, standard library
only, so that it costs a few milliseconds. On Linux it asks the kernel for SIGKILL at the
parent's death and becomes PROGRAM: after SIGTERM the embedded database waits, spinning, for
connections whose other ends died with the parent; its journal makes the kill safe. Elsewhere
it stays, holds the read end of a pipe (its standard input) and ends PROGRAM when the pipe
closes.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading

PR_SET_PDEATHSIG = 1


def die_with_parent(parent_pid: int) -> None:
    """Ask Linux to send SIGKILL when the parent dies; exit when it is dead already."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent_pid:
        sys.exit(1)


def stay_with_pipe(argv: list[str]) -> int:
    """Run `argv` until it ends or standard input closes; return its exit code."""
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def wait_for_end_of_pipe() -> None:
        sys.stdin.buffer.read()
        child.terminate()

    threading.Thread(target=wait_for_end_of_pipe, daemon=True).start()
    return child.wait()


def main(arguments: list[str]) -> None:
    """Start the program named after the parent's pid, tied to that parent."""
    parent_pid, argv = int(arguments[0]), arguments[1:]
    if sys.platform != "linux":
        sys.exit(stay_with_pipe(argv))
    die_with_parent(parent_pid)
    os.execv(argv[0], argv)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
