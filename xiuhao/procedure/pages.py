"""The regulations and their editions."""

from __future__ import annotations

from collections.abc import Iterable

from xiuhao.kernel.access import Actor
from xiuhao.kernel.words import _
from xiuhao.procedure.models import Procedure
from xiuhao.procedure.process import CIRCULATED, DRAFTED, ISSUED
from xiuhao.procedure.queries import regulations
from xiuhao.ui.defaults import CLOSED, DUE, MINE, NUMBER, OWNER, STATE
from xiuhao.ui.pages import CasePage, Column, Fact, Nav, Queue, View, register


def facts(record: Procedure, actor: Actor) -> Iterable[Fact]:
    """The edition with its four parts."""
    yield Fact(_("规章"), dict(regulations()).get(record.regulation, record.regulation))
    yield Fact(_("版次"), record.edition or None)
    yield Fact(_("生效日期"), record.effective_on)
    yield Fact(_("目的"), record.purpose, broad=True)
    yield Fact(_("原则"), record.principles, broad=True)
    yield Fact(_("范围"), record.scope, broad=True)
    yield Fact(_("职责"), record.duties, broad=True)


register(
    Queue(
        "procedure",
        icon="book",
        columns=(
            NUMBER,
            Column("title", _("名称"), lambda row: row.record.name, kind="title"),
            Column("regulation", _("规章"), lambda row: row.record.regulation),
            Column("edition", _("版次"), lambda row: row.record.edition or None),
            Column("effective_on", _("生效日期"), lambda row: row.record.effective_on),
            STATE,
            DUE,
            OWNER,
        ),
        views=(View("open", _("现行与草案"), lambda rows, actor: rows.filter(is_open=True), order="newest"), MINE, CLOSED),
    ),
    CasePage("procedure", facts=facts, steps=(DRAFTED, CIRCULATED, ISSUED), first=("circulate", "issue", "amend")),
    Nav("procedure", _("规程"), "/c/procedure/", icon="book", group="rules"),
)
