"""Programs that run inside the company under measure: with its settings, as its own processes do. They act only on the database."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.harness import Company, until
from tests.settings import ROOT

QUIET = {"XIUHAO_LOG_LEVEL": "WARNING"}


@contextmanager
def database(company: Company) -> Iterator[None]:
    """The company's database alone, with nothing else at work in it; it has ended when this ends."""
    try:
        with company.cluster.available():
            yield
    finally:
        until(lambda: not (company.folder / "postgres/postmaster.pid").exists(), 60, "the database has ended")


def inside(company: Company, module: str, act: str, **given: Any) -> Any:
    """Do `bench.<module>.<act>` in the company, whose database must answer. What it says on the way goes to our stderr."""
    return begun(company, module, act, **given)()


def begun(company: Company, module: str, act: str, **given: Any) -> Callable[[], Any]:
    """The same beside others; call what is returned to wait for the answer."""
    words = [sys.executable, "-m", f"bench.{module}"]
    child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=company.env | QUIET)

    assert child.stdin
    child.stdin.write(json.dumps({"act": act, **given}) + "\n")
    child.stdin.flush()

    def answered() -> Any:
        said, _none = child.communicate()
        if child.returncode:
            raise RuntimeError(f"bench.{module}: {act} ended with {child.returncode}")
        return json.loads(said.splitlines()[-1])

    return answered


def peak() -> float:
    """Megabytes that this process held at most, or a child of it if that was more. By the kernel's mark of this very program: what
    `getrusage` says of oneself begins with what the parent held that started us."""
    [own] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return max(int(own.split()[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def answer(*acts: Callable[..., Any]) -> None:
    """For such a program: do the act that is asked for, and print its answer."""
    given = json.loads(sys.stdin.readline())
    chosen = {act.__name__: act for act in acts}[given.pop("act")]
    print(json.dumps(chosen(**given)))
