"""Births that meet are written together, and each has what it would have had alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from django.db import connection

from tests.cast import account, actor
from tests.tickets import GIVEN
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.together import MOST, Together
from xiuhao.kernel.verification import verify

MANY = 12


@dataclass(frozen=True)
class Wish:
    """Something to write."""

    name: str
    key: UUID | None = None


class Writer:
    """Writes slowly: the first batch waits until `row` others stand in line."""

    def __init__(self, fails: str = "") -> None:
        self.batches: list[list[str]] = []
        self.go, self.fails = threading.Event(), fails

    def __call__(self, wishes: list[Wish]) -> Sequence[str]:
        self.go.wait(30)
        self.batches.append([wish.name for wish in wishes])
        if any(wish.name == self.fails for wish in wishes):
            raise ValueError(self.fails)
        return [wish.name.upper() for wish in wishes]


def all_at_once(wishes: Sequence[Wish], writer: Writer, *, unsure: bool = False) -> list[str]:
    """What each got; the first writes while the others come."""
    together: Together[Wish, str] = Together(lambda error: unsure)

    def one(wish: Wish) -> str:
        try:
            return together.write("kind", wish, writer)
        except ValueError:
            return "failed"

    with ThreadPoolExecutor(len(wishes)) as pool:
        first = pool.submit(one, wishes[0])
        while not together._rows:
            pass
        rest = []
        for place, wish in enumerate(wishes[1:], 1):
            rest.append(pool.submit(one, wish))
            while len(together._rows["kind"].waiting) < place:
                pass
        writer.go.set()
        found = [first.result(30), *(each.result(30) for each in rest)]
    assert not together._rows["kind"].writing
    return found


def test_one_alone_is_written_at_once_and_those_who_come_meanwhile_in_one_batch() -> None:
    writer = Writer()
    assert all_at_once([Wish(name) for name in "abcd"], writer) == ["A", "B", "C", "D"]
    assert writer.batches == [["a"], ["b", "c", "d"]]


def test_where_a_batch_breaks_each_goes_on_alone_and_only_the_culprit_fails() -> None:
    writer = Writer(fails="c")
    assert all_at_once([Wish(name) for name in "abcd"], writer) == ["A", "B", "failed", "D"]
    assert writer.batches[:2] == [["a"], ["b", "c", "d"]] and sorted(writer.batches[2:]) == [["b"], ["c"], ["d"]]


def test_a_key_that_comes_twice_is_never_twice_in_one_batch_and_a_batch_has_its_size() -> None:
    key, writer = uuid4(), Writer()
    all_at_once([Wish("a"), Wish("b", key), Wish("c", key), Wish("d")], writer)
    assert writer.batches == [["a"], ["b"], ["c", "d"]]
    crowd = Writer()
    all_at_once([Wish(f"{n}") for n in range(MOST + 3)], crowd)
    assert [len(batch) for batch in crowd.batches] == [1, MOST, 2]


@pytest.mark.django_db(transaction=True)
def test_P4_many_births_at_once_each_have_their_number_their_line_and_their_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every third has no phone, every fourth repeats the key of the one before."""
    who, sizes, alone = actor("agent"), [], engine.perform_many
    account("agent")
    gate = threading.Barrier(MANY)
    keys = [uuid4() for _ in range(MANY)]
    for place in range(3, MANY, 4):
        keys[place] = keys[place - 1]

    def counted(process: str, requests: Sequence[engine.Request], **more: object) -> object:
        sizes.append(len(requests))
        return alone(process, requests, **more)  # type: ignore[arg-type]

    def one(place: int) -> str:
        given = {**GIVEN, "contact_phone": f"138{place:08d}", "channel": "api"}
        if place % 3 == 1:
            del given["contact_phone"]
        elif keys[place] == keys[place - 1]:
            given["contact_phone"] = f"138{place - 1:08d}"
        gate.wait(30)
        try:
            return engine.perform("ticket", "receive", actor=who, given=given, key=keys[place]).case.number
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    monkeypatch.setattr(engine, "perform_many", counted)
    with ThreadPoolExecutor(MANY) as pool:
        found = list(pool.map(one, range(MANY)))
    assert max(sizes) > 1, "nothing met: the test shows nothing"
    refused = {found[place] for place in range(MANY) if place % 3 == 1}
    born = {number for place, number in enumerate(found) if place % 3 != 1}
    assert "incomplete" in refused and refused <= {"incomplete", "key_reused"}
    assert found[2] == found[3] and set(Case.objects.unscoped("counting").values_list("number", flat=True)) == born
    assert Journal.objects.filter(verb="receive").count() == len(born)
    assert verify().intact


def test_K1_where_nobody_can_say_whether_it_was_written_only_those_with_a_key_try_again() -> None:
    wishes = [Wish("first"), Wish("a"), Wish("lost"), Wish("b", uuid4())]
    writer = Writer(fails="lost")
    assert all_at_once(wishes, writer, unsure=True) == ["FIRST", "failed", "failed", "B"]
    assert writer.batches == [["first"], ["a", "lost", "b"], ["b"]]
    sure = Writer(fails="lost")
    assert all_at_once(wishes, sure) == ["FIRST", "A", "failed", "B"]
