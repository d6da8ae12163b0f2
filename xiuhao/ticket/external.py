"""The number that a request bore elsewhere (`external` in `external_source`): whoever moves in goes on calling it so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Text
from xiuhao.kernel.models import Case
from xiuhao.kernel.words import _
from xiuhao.ticket.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Reference(Text):
    """A number or name of another system: it names no person and stays when persons are erased."""

    secret: ClassVar[bool] = False
    sample: ClassVar[Any] = "A-1001"


EVIDENCE = (
    Reference(key="external", label=_("原编号"), longest=80, required=False),
    Reference(key="external_source", label=_("原系统"), longest=60, required=False),
)


def shown(record: Ticket) -> str:
    """The number with the system that gave it, "" where there is none."""
    return f"{record.external_source} {record.external}".strip() if record.external else ""


def exactly(actor: Actor, number: str, most: int) -> list[Ticket]:
    """The visible tickets that bore exactly this number elsewhere, newest first. One statement, by its index."""
    rows = Ticket.objects.filter(external=number.strip(), external__gt="", case__in=Case.objects.visible_to(actor))
    return list(rows.select_related("case").order_by("-pk")[:most])
