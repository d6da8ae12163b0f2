"""What each verb of a problem writes, and what is done to its tickets after the commit."""

from __future__ import annotations

import re
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from xiuhao.kernel import engine, sentences
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.engine import Request
from xiuhao.kernel.models import Case, Journal, Link
from xiuhao.kernel.process import Guard
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.problem import queries
from xiuhao.problem.models import News, Problem
from xiuhao.ticket.models import Ticket

PIECE = 100  # tickets of one transaction
SHOWN = 20  # refusals that a report names


def gather(steps: list[Step]) -> None:
    """The tickets that are named or alike, as `context["tickets"]`: two statements a step."""
    for step in steps:
        wanted = {number.upper() for number in re.findall(r"[A-Za-z0-9-]+", str(step.given.get("numbers") or ""))}
        cases = queries.named(step.actor, sorted(wanted)) if wanted else []
        step.context["unknown"] = sorted(wanted - {case.number for case in cases})
        model = step.given.get("model") or (step.record.model_id if step.before else None)
        more = [t.case for t in queries.alike(step.actor, model, _like(step, cases))] if model and step.given.get("alike") else []
        step.context["tickets"] = {case.pk: case for case in (*cases, *more)}


def _like(step: Step, cases: list[Case]) -> set[str]:
    """What those say that are named, or hang on the problem already."""
    ids = {case.pk for case in cases} | (set(queries.tickets(step.case.pk).values_list("pk", flat=True)) if step.before else set())
    return set(Ticket.objects.filter(pk__in=ids).values_list("description", flat=True)) if ids else set()


KNOWN = Guard(
    "tickets_unknown",
    _("这些工单没有找到或已经结束：{numbers}。"),
    lambda step: not step.context["unknown"],
    why=lambda step: {"numbers": _("、").join(step.context["unknown"][:10])},
)
SOME = Guard(
    "tickets_none",
    _("没有可以并入的工单，请填写工单编号，或勾选“并入同型号、描述相近的故障工单”。"),
    lambda step: bool(step.context["tickets"]),
)


def join(step: Step) -> None:
    """The tickets hang on this problem from now on; those that do already stay."""
    ids = set(step.context["tickets"])
    ids -= set(Link.objects.filter(parent_id=step.case.pk, kind=queries.KIND, child_id__in=ids).values_list("child_id", flat=True))
    for pk in sorted(ids):
        step.add(Link(parent_id=step.case.pk, child_id=pk, kind=queries.KIND))
    step.say(joined=len(ids))


def answer(step: Step) -> None:
    """One answer for all of them."""
    step.record.answer, step.record.told = step.given["text"], step.record.told + 1


# After the commit


def joined(case: Case) -> None:
    """Reaction to `open` and `join`: each ticket's timeline says so."""
    _each(case, "relate", {"other": case.number, "how": "problem"}, "joined", closed=True)


def answered(case: Case) -> None:
    """Reaction to `answer`: every open ticket's customer is written to."""
    record = Problem.objects.get(pk=case.pk)
    _report(case, "reply", f"answer {record.told}", _each(case, "reply", {"text": record.answer}, f"answer {record.told}"))


def solved(case: Case) -> None:
    """Reaction to `solve`: every ticket that can be is solved with the same words; why the others are not stands in the report."""
    record = Problem.objects.get(pk=case.pk)
    _report(case, "solve", "solve", _each(case, "solve", {"solution": record.solution}, "solve"))


def informed(case: Case) -> None:
    """Reaction to what was found, planned and done: each ticket's timeline says so."""
    for news in News.objects.filter(case_id=case.pk, told=False).order_by("pk"):
        _each(case, "relate", {"other": case.number, "how": "problem_news", "text": news.text}, f"news {news.pk}", closed=True)
        News.objects.filter(pk=news.pk).update(told=True)


def _each(case: Case, verb: str, given: dict[str, Any], act: str, *, closed: bool = False) -> list[tuple[str, engine.Outcome | Refused]]:
    """The verb on every (open) ticket, in pieces; each has a key of its own, so that a repeat after a crash does nothing twice."""
    rows = queries.tickets(case.pk)
    numbers = list((rows if closed else rows.filter(is_open=True)).values_list("number", flat=True))
    found: list[tuple[str, engine.Outcome | Refused]] = []
    for start in range(0, len(numbers), PIECE):
        piece = numbers[start : start + PIECE]
        requests = [Request(verb, given, number, uuid5(NAMESPACE_OID, f"problem {case.pk} {act} {number}")) for number in piece]
        found += zip(piece, engine.perform_many("ticket", requests, actor=SYSTEM), strict=True)
    return found


def _report(case: Case, verb: str, act: str, results: list[tuple[str, engine.Outcome | Refused]]) -> None:
    refused = [f"{number}：{sentences.say(result)}" for number, result in results if isinstance(result, Refused)]
    given = {"did": verb, "done": len(results) - len(refused), "refused": len(refused), "why": "\n".join(refused[:SHOWN])}
    key = uuid5(NAMESPACE_OID, f"problem {case.pk} {act} report")
    if not Journal.objects.filter(key=key).exists():
        engine.perform("problem", "report", actor=SYSTEM, number=case.number, given=given, key=key)
