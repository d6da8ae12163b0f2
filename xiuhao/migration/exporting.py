"""Our own history as a file, one case a line (JSON), and read again so that clocks, pauses and figures come out the same.

The first line says who exported it and when, and names the people, units, policy rows and calendars of which the cases speak; another
installation finds its own by these names. A line of a case is a line of its journal, with the terms of the clocks that began or changed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Q

from xiuhao.kernel import calendars, carried, chain, clocks, held, past, policy, registry
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.clocks import Terms
from xiuhao.kernel.models import Account, Case, CaseAsk, CaseClock, Content, Journal, Link, PolicyRow, Reveal, Unit
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _

FORMAT = 1
BATCH = 200
NAMESPACE = uuid.UUID("3c1f7f6e-2c0e-5f7a-8f55-5a1f0e6d9b41")


def export(actor: Actor, process: str) -> Iterator[str]:
    """The file, line by line: every case of a process that the actor sees, with what is personal; that it was taken is kept with what
    else was revealed. Memory does not grow with the cases."""
    declared = registry.process(process)
    past.ways(process)
    seen = {"actor_id": actor.account, "actor_name": actor.name, "subject": f"history:{process}"}
    Reveal.objects.create(at=now(), reason=str(_("导出全部历史")), **seen)
    yield _line(_head(actor, process))
    last = 0
    while rows := list(Case.objects.of(process, actor).filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        yield from map(_line, _cases(declared, rows))


def _line(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"


def _head(actor: Actor, process: str) -> dict[str, Any]:
    units = {unit.pk: unit for unit in Unit.objects.all()}
    return {
        "xiuhao": FORMAT, "process": process, "exported_at": now().isoformat(), "exported_by": actor.name,
        "people": {str(a.pk): [a.login, a.name] for a in Account.objects.all()},
        "units": {str(pk): _names(unit, units) for pk, unit in units.items()},
        "policies": {str(row.pk): [row.table, row.line, row.since.isoformat()] for row in PolicyRow.objects.all()},
        "calendars": {str(row.pk): row.key for row in calendars.rows()},
    }  # fmt: skip


def _names(unit: Unit, units: Mapping[int, Unit]) -> list[str]:
    """The names of a unit and of those above it, the head first."""
    return [units[int(pk)].name for pk in unit.path.split(".") if pk]


def _cases(process: Process, cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    ids = [case.pk for case in cases]
    model = apps.get_model(process.record)
    records = model._base_manager.select_related(*process.related or (None,)).in_bulk(ids)
    lines: dict[int, list[Journal]] = {}
    for line in Journal.objects.filter(case_id__in=ids).order_by("case_id", "seq"):
        lines.setdefault(line.case_id, []).append(line)
    ticking: dict[int, list[CaseClock]] = {}
    for row in CaseClock.objects.filter(case_id__in=ids).select_related("case").order_by("pk"):
        ticking.setdefault(row.case_id, []).append(row)
    asked: dict[int, list[CaseAsk]] = {}
    for ask in CaseAsk.objects.filter(case_id__in=ids).order_by("pk"):
        asked.setdefault(ask.opened_by_line_id, []).append(ask)
    ties = _ties(process, ids)
    contents: dict[int, dict[str, str]] = {}
    for one in Content.objects.filter(case_id__in=ids):
        contents.setdefault(one.line_id, {})[one.key] = chain.open_content(one) or ""
    for case in cases:
        records[case.pk].case = case
        own = lines.get(case.pk, [])
        terms = _terms(process, own, ticking.get(case.pk, []))
        yield {
            "number": case.number, "priority": case.priority, "owner": case.owner_id, "keeper": case.keeper_id, "unit": case.unit_id,
            "record": past.ways(process.key).dump(records[case.pk]), "links": ties.get(case.pk, []),
            "lines": [_told(line, contents.get(line.pk, {}), asked.get(line.pk, []), terms.get(line.pk, {})) for line in own],
        }  # fmt: skip


def _ties(process: Process, ids: Sequence[int]) -> dict[int, list[list[Any]]]:
    """By case its links to others of the process: kind, whether the other is the parent, its number, when it was born."""
    rows = Link.objects.filter(Q(parent_id__in=ids) | Q(child_id__in=ids), parent__process=process.key, child__process=process.key)
    links = list(rows.order_by("pk").values_list("parent_id", "child_id", "kind"))
    births = Journal.objects.filter(case_id__in={pk for *ends, _kind in links for pk in ends}, seq=1)
    born = {pk: (number, at.isoformat()) for pk, number, at in births.values_list("case_id", "case__number", "occurred_at")}
    found: dict[int, list[list[Any]]] = {}
    for parent, child, kind in links:
        found.setdefault(parent, []).append([kind, False, *born[child]])
        found.setdefault(child, []).append([kind, True, *born[parent]])
    return found


def _told(line: Journal, contents: Mapping[str, str], asked: Sequence[CaseAsk], terms: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "verb": line.verb, "after": line.after, "at": line.occurred_at.isoformat(), "by": [line.actor_kind, line.actor_id, line.actor_name],
        "data": {key: value for key, value in line.data.items() if key != "contents"}, "rules": line.rules, "policies": list(line.policies),
        "contents": dict(contents), "asked": [ask.key for ask in asked], "asks": [_ask(ask) for ask in asked], "terms": dict(terms),
    }  # fmt: skip
    return {key: value for key, value in found.items() if value not in ({}, [])}


def _ask(ask: CaseAsk) -> dict[str, Any]:
    """An ask with its answer. What it covers is the record's own, and found anew there."""
    return {
        "key": ask.key, "by": ask.asked_by, "at": ask.asked_at.isoformat(), "to": ask.to_account_id, "role": ask.to_role,
        "unit": ask.to_unit_id, "amount": ask.amount, "policy": ask.policy_id, "outcome": ask.outcome,
        "answered": ask.answered_at and [ask.answered_by, ask.answered_name, ask.answered_at.isoformat()],
    }  # fmt: skip


def _terms(process: Process, lines: Sequence[Journal], rows: Sequence[CaseClock]) -> dict[int, dict[str, Any]]:
    """By line, the terms of the clocks that began with it, or that it changed: the last ones as the clock holds them, of those before
    calendar and limit as the line tells them, the rest by the policy row that it names."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        told = held.adopted(row, lines)
        for each in told:
            own = _of_row(row) if each is told[-1] or not each.policy else _of_policy(process, row.key, each.policy)
            found.setdefault(each.line.pk, {})[row.key] = {**own, "calendar": each.calendar, "limit": each.limit}
    return found


def _of_row(row: CaseClock) -> dict[str, Any]:
    return {"policy": row.policy_id, "levels": row.levels, "clauses": row.clauses}


def _of_policy(process: Process, key: str, pk: int) -> dict[str, Any]:
    row = policy.row(pk)
    assert row is not None  # a policy row is never removed
    terms = clocks.granted(process.clock(key), row)
    return {"policy": pk, "levels": terms.levels, "clauses": terms.clauses}


# Read again


def ours(data: bytes) -> bool:
    """Whether a file is an export of ours."""
    return data[:200].lstrip().startswith(b'{"xiuhao":')


def opened(data: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The first line and the cases. Refused export_unreadable (422)."""
    try:
        head, *cases = (json.loads(line) for line in data.decode().splitlines() if line.strip())
        if head["xiuhao"] != FORMAT or any(not case["lines"] for case in cases):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise Refused("export_unreadable", status=422) from None
    past.ways(head["process"])
    return head, cases


class People:
    """Whom and what an export names, found here: accounts by log-in, units by their names from the head down, policy rows by table, line
    and date, calendars by key. What is not here has no id (a unit: the nearest one above it that is)."""

    def __init__(self, head: Mapping[str, Any]) -> None:
        accounts = dict(Account.objects.values_list("login", "pk"))
        units = {unit.pk: unit for unit in Unit.objects.all()}
        here = {tuple(_names(unit, units)[1:]): unit for unit in units.values()}
        rows = {(row.table, row.line, row.since.isoformat()): row.pk for row in PolicyRow.objects.all()}
        self.accounts = {int(pk): accounts.get(login) for pk, (login, _name) in head["people"].items()}
        self.names = {int(pk): name for pk, (_login, name) in head["people"].items()}
        self.units = {int(pk): _nearest(names[1:], here) for pk, names in head["units"].items()}
        self.policies = {int(pk): rows.get(tuple(told)) for pk, told in head["policies"].items()}
        self.calendars = {int(pk): calendars.named(key).pk for pk, key in head["calendars"].items()}
        self.rows = PolicyRow.objects.in_bulk([pk for pk in self.policies.values() if pk])

    def actor(self, told: Sequence[Any]) -> Actor:
        """Who did it: the account here, else only the name."""
        kind, pk, name = told
        if kind == "system":
            return SYSTEM
        account = self.accounts.get(pk) if kind == "staff" else None
        return Actor(kind=kind if account or kind == "customer" else "import", id=account, name=name)

    def terms(self, told: Mapping[str, Any]) -> Terms:
        """The terms of a clock."""
        row = self.rows.get(self.policies.get(told["policy"] or 0) or 0)
        return Terms(row, self.calendars[told["calendar"]], told["limit"], told["levels"], told["clauses"])

    def asked(self, opened: uuid.UUID, told: Mapping[str, Any]) -> carried.Asked | None:
        """An ask of an event; none if it was put to a person who is not here."""
        if told["to"] and not self.accounts.get(told["to"]):
            return None
        unit = self.units[told["unit"]] if told["unit"] else None
        by, name, at = told["answered"] or (0, "", None)
        row = {
            "key": told["key"], "asked_by": self.accounts.get(told["by"]), "asked_at": datetime.fromisoformat(told["at"]),
            "to_account_id": self.accounts.get(told["to"]), "to_role": told["role"], "to_unit_id": unit and unit.pk,
            "to_path": unit.path if unit else "", "amount": told["amount"] and Decimal(told["amount"]),
            "policy_id": self.policies.get(told["policy"]), "outcome": told["outcome"], "answered_by": self.accounts.get(by or 0),
            "answered_name": name, "answered_at": at and datetime.fromisoformat(at),
        }  # fmt: skip
        return carried.Asked(opened, row)

    def held(self, told: Sequence[int]) -> list[int]:
        """Policy rows of a line, those that are here."""
        return [pk for each in told if (pk := self.policies.get(each))]

    def data(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of a line, with the ids of here for people and units."""
        found = dict(told)
        for key in ("owner", "routed", "first_contact", "deputy_of", "asked_by"):
            if isinstance(found.get(key), int):
                found[key] = self.accounts.get(found[key])
        if isinstance(found.get("unit"), int):
            found["unit"] = self.units[found["unit"]].pk
        if "overruled" in found:
            found["overruled"] = self.held(found["overruled"])
        return found


def _nearest(names: Sequence[str], here: Mapping[tuple[str, ...], Unit]) -> Unit:
    while tuple(names) not in here:
        names = names[:-1]
    return here[tuple(names)]


def history(process: Process, case: Mapping[str, Any], people: People) -> past.History:
    """A case of an export as it is to be told again."""
    events: list[past.Happened] = []
    waiting: list[past.Said] = []
    asked: list[carried.Asked] = []
    verbs = {t.key for t in process.transitions} | {past.IMPORTED}
    unit = people.units[case["unit"]]
    owner, keeper = people.accounts.get(case["owner"]), people.accounts.get(case["keeper"])
    born = past.Born(case["record"], case["priority"], owner, keeper, unit.pk, unit.path)
    for place, line in enumerate(case["lines"]):
        data, at = people.data(line.get("data", {})), datetime.fromisoformat(line["at"])
        terms = {key: people.terms(told) for key, told in line.get("terms", {}).items()}
        rules, policies = line.get("rules", {}), people.held(line.get("policies", ()))
        if line["verb"] not in verbs:
            waiting.append(past.Said(line["verb"], at, data, rules, policies, terms.get(data.get("clock", ""))))
            continue
        said = {**data, "imported": {"as": line["verb"], "asked": line.get("asked", [])}}
        told = past.Told(said, rules, policies, terms, line.get("contents", {}), None if events else born)
        key, by = _key(process, case["number"], place, line["at"]), people.actor(line["by"])
        asked += [one for told_ask in line.get("asks", ()) if (one := people.asked(key, told_ask))]
        events.append(past.Happened(line["verb"], key=key, occurred=at, state=line["after"], by=by, told=told, before=tuple(waiting)))
        waiting = []
    ties = [carried.Tie(kind, _key(process, number, 0, at), up) for kind, up, number, at in case.get("links", ())]
    return past.History(tuple(events), tuple(waiting), tuple(asked), tuple(ties))


def _key(process: Process, number: str, place: int, at: str) -> uuid.UUID:
    """That of a line of a case, by which it is known again."""
    return uuid.uuid5(NAMESPACE, f"{process.key}|{number}|{place}|{at}")
