"""The questions about meetings: who comes, how far the actions are, whose answer is awaited."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, Q, QuerySet

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import CaseAsk
from xiuhao.meeting.models import Action, Seat


def seats(case: int) -> list[Seat]:
    """Who comes, in the order in which they said so; who asks has reached the meeting before. One statement."""
    return list(Seat.objects.filter(case_id=case).select_related("account").order_by("pk"))


def unanswered(case: int) -> list[str]:
    """The roles that were asked to come and have not answered. One statement."""
    return list(CaseAsk.objects.filter(case_id=case, key="attend", outcome="").order_by("pk").values_list("to_role", flat=True))


def actions(case: int) -> list[Action]:
    """The actions of a meeting by their numbers. One statement."""
    return list(Action.objects.filter(case_id=case).select_related("person"))


def progress(cases: Collection[int]) -> dict[int, tuple[int, int]]:
    """Meeting → (actions that are settled, all of them). One statement."""
    rows = Action.objects.filter(case_id__in=cases).order_by().values("case_id")
    counted = rows.annotate(every=Count("pk"), done=Count("pk", filter=~Q(outcome="")))
    return {row["case_id"]: (row["done"], row["every"]) for row in counted}


def waiting_for(actor: Actor) -> QuerySet[CaseAsk, int]:
    """The meetings that wait for this actor: to come, or to do something."""
    return CaseAsk.open_to(actor).filter(key__in=("attend", "action")).values_list("case_id", flat=True)
