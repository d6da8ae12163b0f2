"""Child processes that never outlive us, and locks that end with their holder: both hold even after `kill -9`."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def spawn(command: Sequence[str | Path], last_word: signal.Signals = signal.SIGKILL, **options: Any) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own; the system sends it `last_word` when we die, however we die.

    The last word is the only one: nobody is left to insist, so it is SIGKILL where a clean end may take for ever.
    Call from the main thread only: the promise is bound to the thread that forks.
    """
    return subprocess.Popen(command, preexec_fn=_tied(os.getpid(), last_word), process_group=0, **options)


def _tied(parent: int, last_word: signal.Signals) -> Callable[[], None]:
    def tie() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(last_word))
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return tie


def follow() -> None:
    """Let this process, which a program not ours started by multiprocessing, not outlive its parent either."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent.pid:
            os._exit(1)


def end(child: subprocess.Popen[bytes], patience: float) -> None:
    """Wait for a child that was asked to end; after `patience` seconds kill its whole group."""
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


@contextlib.contextmanager
def held(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[int]:
    """Hold a lock on a file, alone or with others. BlockingIOError when it is taken and `wait` is false."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        yield handle
    finally:
        os.close(handle)


def command(*words: str) -> list[str]:
    """The command line of one of our own commands."""
    return [sys.executable, "-m", "xiuhao", *words]
