"""Which processes there are. Filled once, at start, from the modules of the ladder."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused

_processes: dict[str, Process] = {}
# The files of a module that declare something when they are imported, in this order.
DECLARING = ("sentences", "process", "past", "duties", "witness", "pages")


def declare(process: Process) -> Process:
    """Enter a process; two of one key are a mistake in the code and stop the start."""
    if _processes.get(process.key, process) is not process:
        raise ValueError(f"two processes are called {process.key}")
    _processes[process.key] = process
    return process


def load(modules: Iterable[str]) -> None:
    """Import what the modules declare, lowest first, then check what only the whole can show."""
    for name in modules:
        for part in DECLARING:
            if find_spec(f"xiuhao.{name}.{part}"):
                import_module(f"xiuhao.{name}.{part}")
    from xiuhao.kernel import rulebook

    rulebook.check(processes())
    check_reactions(processes())


def check_reactions(declared: Iterable[Process]) -> None:
    """Every reaction follows a verb, or a clock, that there is; ValueError stops the start: it would never happen."""
    for one in declared:
        for reaction in one.reactions:
            head, _dot, rest = reaction.verb.partition(".")
            whose, verb = (_processes.get(head), rest) if rest and head != "clock" else (one, reaction.verb)
            known = {t.key for t in whose.transitions} | {f"clock.{c.key}" for c in whose.clocks} if whose else set()
            if not {verb, verb.rpartition(".")[0]} & known:
                raise ValueError(f"{one.key}: a reaction follows {reaction.verb}, which is neither a verb nor clock.<key>.<level>")


def processes() -> list[Process]:
    """All of them, in the order in which they were declared."""
    return list(_processes.values())


def process(key: str) -> Process:
    """The process of that key; Refused("unknown_process", 404) if there is none."""
    try:
        return _processes[key]
    except KeyError:
        raise Refused("unknown_process", {"process": key}, status=404) from None
