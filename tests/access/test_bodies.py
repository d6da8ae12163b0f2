"""V1, A2: ids in bodies. Whatever row a verb's evidence names, another's is as unknown as one that is not there, at every door.

Generated: every evidence of every registered process that names a row (a reference, files, the parent), asked by everybody who
may do the verb. Evidence of a new kind of row fails here until the worlds have one of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import Client

from tests import cast
from tests.access.test_matrix import built, changed, silent, written
from tests.access.worlds import NOBODY, World
from tests.pictures import photo
from tests.processes.samples import given
from tests.sample.process import ERRAND
from tests.ui.desk import sit
from xiuhao.kernel import engine, registry, roles, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import CaseNumber, Evidence, Files, Money, Ref
from xiuhao.kernel.models import Account, Case, CaseAsk, Journal, Unit
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.parts.models import Place
from xiuhao.party.models import Customer
from xiuhao.product import models as product
from xiuhao.product.models import Device
from xiuhao.ui.api.routes import birth_path

__all__ = ["silent"]
pytestmark = pytest.mark.django_db
KINDS: dict[type[Model], str] = {  # what a reference may find, and the name of one in a world
    Device: "device",
    Account: "staff",
    Customer: "customer",
    product.Model: "model",
    Place: "place",
    Unit: "station",
    product.Repair: "repair",
}
HANDED_TO = frozenset({"to"})  # references to people who are given work, which not everybody can be:
UNHANDY = {"work": ("finance", "admin", "auditor")}  # who never is, by process; elsewhere
UNHANDY_AT_A_DESK = ("finance", "admin", "engineer")
STAFF = {r: r for r in (roles.AGENT, roles.LEAD, roles.EXPERT, roles.DISPATCHER, roles.MANAGER, roles.QUALITY, roles.AUDITOR, roles.DEALER)}
PEOPLE = STAFF | {roles.OWNER: "agent", roles.ASKED: "lead", roles.CUSTOMER: "customer"}
NOISE = re.compile(r'\d+|value="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|"request": ?"[^"]*"')
BESIDE: dict[tuple[str, str], dict[str, Any]] = {("complaint", "submit"): {"quantity": 1}}  # by (born on, verb): one of two is needed
Said = tuple[int, str]  # status, and what was answered
Door = tuple[str, Callable[[Any, Any], Said], Any]  # its name, how one goes through it, and as whom


@dataclass(frozen=True)
class Attempt:
    """One verb on its way through a door: by whom, on which case, with what."""

    process: Process
    transition: Transition
    role: str
    given: dict[str, Any]
    case: Case | None = None
    parent: str = ""


def attempts(own: World) -> Iterator[tuple[Attempt, Evidence]]:
    """Every evidence that names a row × everybody who may give it."""
    for process in registry.processes():
        for transition in process.transitions:
            named = [each for each in transition.needs if isinstance(each, Ref | Files)]
            for need in named:
                for role in sorted(set(transition.may) & PEOPLE.keys()):
                    case = None if transition.births else born(process, own)
                    if case and process.key != "ticket" and not placed(case, role):
                        continue  # of a dealer's case a desk knows nothing, and the other way round
                    if transition.births and not reached(transition, role, own):
                        continue
                    yield Attempt(process, transition, role, sample(transition, own), case, parent(transition, own)), need


def placed(case: Case, role: str) -> bool:
    """Whether who plays the role has it in this case."""
    if role == roles.OWNER:
        return case.owner_id == cast.account(PEOPLE[role]).pk
    if role == roles.CUSTOMER:
        return case.customer_id is not None
    who = cast.actor(PEOPLE[role])
    return role not in STAFF or (who.holds(role, path=case.unit_path) and Case.objects.visible_to(who).filter(pk=case.pk).exists())


def born(process: Process, own: World) -> Case:
    """A case of that process in one's own world: the world's ticket, or one that is born of good evidence, by a dealer if it may be, by the
    system where nobody else may (a duty)."""
    if process.key == "ticket":
        assert own.case
        return own.case
    if process.key not in own.cases:
        birth = next(t for t in process.transitions if t.births)
        home = cast.unit("一组")
        desk = min(set(birth.may) & STAFF.keys() - {roles.DEALER}, default=roles.SYSTEM)
        login = PEOPLE.get(roles.DEALER if dealt(process, birth) else desk)
        who = cast.actor(login) if login else Actor(kind="system", name="system", unit=home.pk, unit_path=home.path)
        evidence = least(birth, own) | {need.key: [photo(who)] for need in birth.needs if isinstance(need, Files)}
        case = engine.perform(process.key, birth.key, actor=who, given=evidence, parent=parent(birth, own)).case
        rows = Case.objects.unscoped("arranging a test").filter(pk=case.pk)
        if login != PEOPLE[roles.DEALER]:
            rows.update(owner=cast.account("agent"), unit=home, unit_path=home.path)
        own.cases[process.key] = rows.get()
    return own.cases[process.key]


def dealt(process: Process, birth: Transition) -> bool:
    """Whether a dealer brings it into being: if they may, and nobody of the desk needs it for what is born on it."""
    further = any(t.on == process.key for other in registry.processes() for t in other.transitions)
    return roles.DEALER in birth.may and not birth.on and not further


def reached(transition: Transition, role: str, own: World) -> bool:
    """Whether who plays the role sees the case on which the birth is."""
    if not transition.on or role not in STAFF:
        return True
    on = born(registry.process(transition.on), own)
    return Case.objects.visible_to(cast.actor(PEOPLE[role])).filter(pk=on.pk).exists()


def parent(transition: Transition, own: World) -> str:
    """The number of one's own case that the birth of a child names; empty for any other verb."""
    return born(registry.process(transition.on), own).number if transition.births and transition.on else ""


def sample(transition: Transition, own: World) -> dict[str, Any]:
    """Good evidence, its references of one's own world, without files."""
    found = {need.key: 10 if isinstance(need, Money) else need.example() for need in transition.needs if not isinstance(need, Files)}
    for need in transition.needs:
        if isinstance(need, Ref):
            found[need.key] = own.values[kind(need)]
    return found


def least(transition: Transition, own: World) -> dict[str, Any]:
    """Of it what the verb cannot do without."""
    needed = {need.key for need in transition.needs if need.required}
    found = {key: value for key, value in sample(transition, own).items() if key in needed}
    return found | (BESIDE.get((transition.on, transition.key), {}) if transition.births else {})


def kind(need: Ref) -> str:
    """What a reference finds, asked with the eyes of somebody who sees all: by trying one of each."""
    if isinstance(need, CaseNumber):
        return "number"
    device, customer = Device.objects.unscoped("one of each kind").latest("pk"), Customer.objects.unscoped("one of each kind").latest("pk")
    place, station = Place.objects.unscoped("one of each kind").latest("pk"), Unit.objects.filter(kind="station").latest("pk")
    people = cast.account("lead"), cast.account("engineer")
    repair = product.Repair.objects.unscoped("one of each kind").latest("pk")
    for row in (device, *people, customer, product.Model.objects.latest("pk"), place, station, repair):
        if need.find(cast.actor("manager"), row.pk) == row:
            return KINDS[type(row)]
    pytest.fail(f"{need.key}: the worlds have nothing that it names; add one to KINDS")


def swaps(process: str, need: Evidence, foreign: World, who: Actor) -> tuple[list[Any], Any]:
    """Ids of others that this person must not name in that process, and one that nobody has made."""
    if isinstance(need, Files):
        return [[str(foreign.values["free"])], [str(foreign.values["file"])]], [str(UUID(int=NOBODY))]
    assert isinstance(need, Ref)
    what = kind(need)
    if what == "staff":  # of the house everybody knows who can be given work; not who else has a log-in
        unhandy = UNHANDY.get(process, UNHANDY_AT_A_DESK) if need.key in HANDED_TO else ()
        return [cast.account(login).pk for login in unhandy], NOBODY
    if what in ("model", "station"):  # the catalogue is everybody's, and so is the organisation
        return [], NOBODY
    if what == "number":
        seen = Case.objects.visible_to(who).filter(pk=foreign.values["case"]).exists()
        return [] if seen else [foreign.values["number"]], "GD9912999999"
    rows: Any = {"device": Device, "place": Place, "repair": product.Repair}.get(what, Customer)
    seen = rows.objects.visible_to(who).filter(pk=foreign.values[what]).exists()
    return [] if seen else [foreign.values[what]], NOBODY


def person(role: str, own: World) -> Actor:
    """Who holds the role in the first world."""
    if role == roles.CUSTOMER:
        assert own.case
        return Actor("customer", customer=own.case.customer_id, cases=frozenset({own.case.pk}), proven=True)
    return cast.actor(PEOPLE[role])


def stage(attempt: Attempt) -> None:
    """Put the case where the verb is possible, and ask the person where it answers an ask."""
    if attempt.case is None:
        return
    state = attempt.transition.source[0]
    Case.objects.unscoped("arranging a test").filter(pk=attempt.case.pk).update(state=state.key, is_open=not state.end)
    if declared := attempt.transition.answers:
        line = Journal.objects.filter(case=attempt.case).latest("pk")
        CaseAsk.objects.create(
            case=attempt.case, key=declared.key, opened_by_line=line, asked_at=now(), to_account=cast.account(PEOPLE[attempt.role])
        )


# The doors


def by_engine(attempt: Attempt, who: Actor) -> Said:
    """The one door behind all others."""
    try:
        number = attempt.case.number if attempt.case else ""
        engine.perform(
            attempt.process.key, attempt.transition.key, actor=who, number=number, given=attempt.given, parent=attempt.parent, key=uuid4()
        )
    except Refused as refused:
        fields = {key: sentences.say(wrong) for key, wrong in refused.fields.items()}
        return refused.status, f"{refused.code} {sentences.say(refused)} {fields}"
    return 200, ""


def by_api(attempt: Attempt, client: Client) -> Said:
    """A program."""
    verb = attempt.transition
    rest = f"/{attempt.case.number}/{verb.key}" if attempt.case else birth_path(attempt.process, verb)
    path = f"/api/v1/{attempt.process.key}{rest}"
    answer = client.post(f"{path}?parent={attempt.parent}" if attempt.parent else path, json.dumps(attempt.given), "application/json")
    return answer.status_code, answer.content.decode()


def by_page(attempt: Attempt, client: Client) -> Said:
    """A browser."""
    start = f"/c/{attempt.process.key}/"
    path = f"{start}{attempt.case.number}/do/{attempt.transition.key}" if attempt.case else f"{start}new?verb={attempt.transition.key}"
    typed = {key: "on" if value is True else value for key, value in attempt.given.items() if value is not False}
    body = {**typed, "_key": str(uuid4())}
    answer = client.post(f"{path}&parent={attempt.parent}" if attempt.parent else path, body)
    return answer.status_code, answer.content.decode()


def ask(door: Callable[[Attempt, Any], Said], attempt: Attempt, who: Any, /, **swapped: Any) -> tuple[int, str, bool]:
    """Status, answer, and whether anything was written; then all of it is undone."""
    mark = transaction.savepoint()
    try:
        stage(attempt)
        before = written()
        status, said = door(replace(attempt, given={**attempt.given, **swapped}), who)
        return status, said, bool(changed(before))
    finally:
        transaction.savepoint_rollback(mark)


def doors(attempt: Attempt, own: World) -> list[Door]:
    """Those that stand open to this role."""
    who = person(attempt.role, own)
    if who.kind != "staff":
        return [("engine", by_engine, who)]
    login = PEOPLE[attempt.role]
    return [("engine", by_engine, who), ("api", by_api, program(login)), ("page", by_page, sit(login))]


def program(login: str) -> Client:
    from xiuhao.kernel import accounts

    return Client(headers={"authorization": f"Bearer {accounts.issue_token(cast.account(login), 'test')[1]}"})


def compared(attempt: Attempt, need: Evidence, own: World, foreign: World) -> list[str]:
    """What differs between another's row and none, at each door; and the proof that one's own passes the same place."""
    who, wrong = person(attempt.role, own), []
    others, nobody = swaps(attempt.process.key, need, foreign, who)
    for name, door, asking in doors(attempt, own):
        place = f"{attempt.process.key}.{attempt.transition.key} {need.key} {attempt.role} {name}"
        status, said, wrote = ask(door, attempt, asking, **{need.key: nobody})
        if status != (409 if isinstance(need, CaseNumber) else 422) or wrote:
            wrong.append(f"{place}: none is {status} {said[:200]} wrote={wrote}")
        for other in others:
            found = ask(door, attempt, asking, **{need.key: other})
            if (found[0], NOISE.sub("", found[1]), found[2]) != (status, NOISE.sub("", said), False):
                wrong.append(f"{place}: {other} is {found[0]} {found[1][:300]}, none is {status} {said[:300]}")
    if not isinstance(need, Files) and need.find(who, own.values[kind(need)]) is None:  # type: ignore[attr-defined, arg-type]
        return wrong  # a dealer has no devices
    mine = [photo(who)] if isinstance(need, Files) else own.values[kind(need)]  # type: ignore[arg-type]
    status, said, _wrote = ask(by_engine, attempt, who, **{need.key: mine})
    if f"'{need.key}'" in said:
        wrong.append(f"{attempt.transition.key} {need.key} {attempt.role}: one's own is refused too: {status} {said}")
    return wrong


def test_V1_A2_a_row_of_others_named_in_a_body_is_as_unknown_as_none_at_every_door(silent: None) -> None:
    own, foreign, _absent = built("agent").worlds
    found = list(attempts(own))
    wrong = [line for attempt, need in found for line in compared(attempt, need, own, foreign)]
    assert {(need.key, isinstance(need, Files)) for _attempt, need in found} >= {("device", False), ("to", False), ("photos", True)}
    assert not wrong, "\n".join(wrong)


def test_V1_a_colleague_out_of_reach_is_refused_by_the_rule_and_not_named(silent: None) -> None:
    """Who can be given work is known in the house; that another province cannot be given ours is a rule, and says no name."""
    own, foreign, _absent = built("agent").worlds
    tried = 0
    for attempt, need in attempts(own):
        if not isinstance(need, Ref) or need.key not in HANDED_TO:
            continue
        for name, door, asking in doors(attempt, own):
            status, said, wrote = ask(door, attempt, asking, **{need.key: foreign.values["staff"]})
            assert status in (409, 422) and not wrote, f"{attempt.transition.key} {attempt.role} {name}: {status} {said[:300]}"
            assert cast.account("outsider").name not in said
            tried += 1
    assert tried >= 9


def test_V1_A2_the_parent_of_a_birth_is_ones_own_or_there_is_none(monkeypatch: pytest.MonkeyPatch, errand: Process, silent: None) -> None:
    own, foreign, absent = built("agent").worlds
    child = replace(ERRAND, transitions=tuple(replace(t, on="ticket") if t.births else t for t in ERRAND.transitions))
    monkeypatch.setitem(registry._processes, "errand", child)
    for process in registry.processes():
        for transition in (t for t in process.transitions if t.births and t.on == "ticket"):
            for role in sorted(set(transition.may) & {roles.AGENT, roles.LEAD, roles.EXPERT}):
                attempt = Attempt(process, transition, role, given(transition) if process is child else least(transition, own))
                for _name, door, asking in [d for d in doors(attempt, own) if process is not child or d[0] != "api"]:
                    answers = [ask(door, replace(attempt, parent=w.values["number"]), asking) for w in (foreign, absent, own)]
                    assert answers[0][0] == answers[1][0] == 404
                    assert NOISE.sub("", answers[0][1]) == NOISE.sub("", answers[1][1])
                    assert [wrote for _status, _said, wrote in answers] == [False, False, True], (transition.key, answers[2])
                    assert answers[2][0] in (200, 201, 303), answers[2]
