"""A processor for each web process.

The threads of a process take turns at the interpreter's lock, so a second processor gains it nothing; but each turn that changes the
processor wakes a sleeping one and carries over what was in the cache (decision 0028).
"""

from __future__ import annotations

import errno
import os
import random
import socket

SHARING = 8  # processes of a kind that keep to one processor, of as many installations; beyond it, they go where they like
_claims: list[socket.socket] = []


def keep_to_one(kind: str = "web") -> int | None:
    """Choose the processor that the fewest processes of this kind on this machine keep to, and stay on it with every thread begun from
    now on.

    Gives its number; None where there is no choice, or none is left. The claim is a name in the kernel that ends with this process,
    however it ends: while a worker is being replaced, the new one is beside the old.
    """
    allowed = list(os.sched_getaffinity(0))
    if len(allowed) < 2:
        return None
    random.shuffle(allowed)  # containers do not see each other's names
    for place in range(SHARING):
        for processor in allowed:
            if _claimed(f"\0xiuhao-{kind}-{processor}-{place}"):
                os.sched_setaffinity(0, {processor})
                return processor
    return None


def _claimed(name: str) -> bool:
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(name)
    except OSError as error:
        claim.close()
        if error.errno == errno.EADDRINUSE:
            return False
        raise
    _claims.append(claim)
    return True
