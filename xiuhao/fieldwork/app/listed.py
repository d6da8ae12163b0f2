"""Where the app and what it could not do stand in the menu and on the work bench."""

from __future__ import annotations

from django.db.models import QuerySet

from xiuhao.fieldwork.app.models import OPEN, OVERSEERS, Sent
from xiuhao.kernel import roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.words import _
from xiuhao.ui.pages import Nav, Todo


def open_ones(actor: Actor) -> QuerySet[Sent]:
    """What waits for a decision of whoever oversees its author."""
    return Sent.objects.visible_to(actor).filter(state__in=OPEN)


OF_THE_APP = (
    Nav("field_app", _("工程师端"), "/app/", icon="device-mobile", roles=(roles.ENGINEER,), group="work"),
    Nav("field_held", _("离线待处理"), "/field/held", icon="upload", roles=tuple(OVERSEERS), group="work"),
    Todo("field_held", _("离线待处理"), rows=open_ones, url="/field/held", roles=tuple(OVERSEERS), tone="amber", rare=True),
)
