"""What follows a verb of another process: declared by the one that listens, done once, on the case of the other."""

from __future__ import annotations

import pytest

from tests.kernel.lines import AT
from tests.sample.fixtures import Office
from xiuhao.kernel import dispatcher, registry
from xiuhao.kernel.models import Case, Outbox
from xiuhao.kernel.process import Process, Reaction
from xiuhao.kernel.time import simulated

LISTENER = "call_back"


def listen(monkeypatch: pytest.MonkeyPatch, key: str, *reactions: Reaction) -> Process:
    process = registry.process(key)
    monkeypatch.setitem(process.__dict__, "reactions", reactions)
    return process


@pytest.mark.django_db
def test_a_reaction_may_follow_a_verb_of_another_process_and_is_given_its_case(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, Case]] = []
    listen(monkeypatch, "errand", Reaction("order", lambda case: seen.append(("own", case))))
    listen(monkeypatch, LISTENER, Reaction("order", print), Reaction("errand.order", lambda case: seen.append(("other", case))))
    with simulated(AT):
        case = office.order()
        office.do(case, "answer", text="知道了")
        dispatcher.drain()
        dispatcher.drain()
    assert sorted(seen, key=lambda one: one[0]) == [("other", case), ("own", case)], "a verb of the same name elsewhere is another's"
    rows = Outbox.objects.filter(kind="reaction").order_by("effect_key")
    assert [row.body.get("of") for row in rows] == [None, LISTENER]


@pytest.mark.parametrize("wrong", ["aply", "tiket.solve", "ticket.sovle", "clock.respons.breach", "ticket.clock.respons.breach", "clock"])
def test_a_reaction_to_what_does_not_exist_stops_the_start(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    process = listen(monkeypatch, LISTENER, Reaction(wrong, print))
    with pytest.raises(ValueError, match=f"{LISTENER}: a reaction follows {wrong}"):
        registry.check_reactions([process])


@pytest.mark.parametrize("right", ["call", "ticket.solve", "clock.answer.breach", "ticket.clock.resolution.level2"])
def test_a_reaction_to_a_verb_or_a_clock_of_either_is_taken(right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.check_reactions([listen(monkeypatch, LISTENER, Reaction(right, print))])
