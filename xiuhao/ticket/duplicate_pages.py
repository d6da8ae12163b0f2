"""Possible duplicates while a request is typed, and of one that was taken."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from xiuhao.kernel import registry
from xiuhao.ticket import duplicates
from xiuhao.ui import forms
from xiuhao.ui.desk import actor_of, show, staff


@staff
@require_POST
def typed(request: HttpRequest) -> HttpResponseBase:
    """POST /ticket/duplicates: the open tickets that what is typed may be about already."""
    given = forms.given_of(registry.process("ticket").verb("receive"), request.POST)
    return show(request, "ticket/duplicates.html", suspects=duplicates.suspects(actor_of(request), given))
