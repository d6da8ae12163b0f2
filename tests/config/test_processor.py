"""A web process keeps to one processor: the least taken, for as long as it lives, and with it what it begins later."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.harness import opened
from tests.settings import ROOT
from xiuhao.config import processor

PROCESSORS = os.sched_getaffinity(0)
several = pytest.mark.skipif(len(PROCESSORS) < 2, reason="one processor: there is nothing to choose")
KEEP = """
import os, sys, threading
from xiuhao.config import processor
kept = processor.keep_to_one(sys.argv[1])
seen = []
thread = threading.Thread(target=lambda: seen.append(os.sched_getaffinity(0)))
thread.start(), thread.join()
print(kept, seen[0] == os.sched_getaffinity(0), *os.sched_getaffinity(0), flush=True)
sys.stdin.read()
"""


class Keepers:
    """Processes that keep to one, of a kind that nothing else on this machine has."""

    def __init__(self) -> None:
        self.kind, self.children = uuid4().hex, list[subprocess.Popen[str]]()

    def another(self) -> tuple[str, ...]:
        words = [sys.executable, "-c", KEEP, self.kind]
        child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.children.append(child)
        assert child.stdout
        return tuple(child.stdout.readline().split())


@pytest.fixture
def keepers() -> Iterator[Keepers]:
    made = Keepers()
    yield made
    for child in made.children:
        child.kill()
        child.communicate()


@several
def test_each_takes_the_least_taken_and_its_threads_follow(keepers: Keepers) -> None:
    said = [keepers.another() for _ in range(2 * len(PROCESSORS))]
    assert all(words == (words[0], "True", words[0]) for words in said), said
    assert Counter(words[0] for words in said) == {str(one): 2 for one in PROCESSORS}, "none twice before each once"


@several
def test_the_place_of_one_that_was_killed_is_free_again(keepers: Keepers) -> None:
    first = [keepers.another()[0] for _ in PROCESSORS]
    keepers.children[0].kill()
    keepers.children[0].wait(10)
    assert keepers.another()[0] == first[0]


@several
def test_where_all_places_are_taken_it_goes_where_it_likes(keepers: Keepers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "SHARING", 1)
    for _ in PROCESSORS:
        keepers.another()
    assert processor.keep_to_one(keepers.kind) is None
    assert os.sched_getaffinity(0) == PROCESSORS


@several
@pytest.mark.parametrize("pinned", [True, False])
def test_the_web_processes_of_an_installation_keep_to_theirs_unless_told_not_to(pinned: bool) -> None:
    with opened(web_pinned=pinned) as company:
        company.start()
        assert [len(os.sched_getaffinity(pid)) == 1 for pid in company.web_workers()] == [pinned, pinned]
        assert all(os.sched_getaffinity(pid) == PROCESSORS for name, pid in company.pids().items() if name != "web")
        company.stop()
