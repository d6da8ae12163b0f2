"""What the desk shows of the customers' site."""

from __future__ import annotations

from xiuhao.kernel import chores
from xiuhao.kernel.words import _
from xiuhao.portal import codes
from xiuhao.portal.models import REVIEWERS, Quarantined
from xiuhao.ui.pages import Nav, Todo, register

chores.EVERY[codes.sweep] = 3600

register(
    Nav("quarantine", _("待核查提交"), "/quarantine/", icon="shield-check", roles=REVIEWERS),
    Todo(
        "quarantine", _("待核查提交"), rows=lambda actor: Quarantined.objects.visible_to(actor).filter(decision=""), url="/quarantine/",
        roles=REVIEWERS, tone="amber",
    ),
)  # fmt: skip
