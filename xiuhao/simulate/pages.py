"""What the demo adds to others' pages: how far its past is filled in; its codes may be read in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xiuhao.kernel import letters, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _
from xiuhao.simulate import queries
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.pages import Card, register


def progress(actor: Actor) -> Mapping[str, Any]:
    """The line of the work bench; nothing is shown once the past is whole."""
    return {"history": queries.unfinished()}


@staff
def history(request: HttpRequest) -> HttpResponseBase:
    """GET /demo/history: the same line anew, empty when there is nothing left to tell."""
    return show(request, "simulate/history.html", history=queries.unfinished())


@staff
def what_if(request: HttpRequest) -> HttpResponseBase:
    """GET /demo/what-if: the last comparison, for who plans the work."""
    actor = actor_of(request)
    if not actor.holds(*roles.RULE_KEEPERS):
        raise Refused("not_allowed", {}, status=403)
    return show(request, "simulate/what_if.html", found=queries.comparison(actor))


letters.invented(lambda: queries.demo() is not None)
register(Card("history", _("补写历史"), "simulate/history.html", progress, place="top"))
