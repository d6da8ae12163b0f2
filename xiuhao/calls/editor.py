"""The editor of the script: its steps in a list, a preview, a new version from a date."""

from __future__ import annotations

from typing import Any

import yaml
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.calls import script
from xiuhao.calls.models import ScriptVersion
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import LongText, Moment, Text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.sheet import Sheet, answer, typed

KEEPERS = r.RULE_KEEPERS | {r.QUALITY}
LONGEST = 60_000


@staff
def script_page(request: HttpRequest) -> HttpResponseBase:
    """GET /calls/script?v=<version>: the steps of the version in force, or of another."""
    chosen = request.GET.get("v", "")
    versions = list(ScriptVersion.objects.select_related("made_by").order_by("-since")[:50])
    here = next((version for version in versions if str(version.pk) == chosen), None)
    if chosen and here is None and chosen != "0":
        raise Refused("not_found", {"number": chosen[:20]}, status=404)
    found = script.of(here) if chosen else script.in_force()
    held = script.in_force().version
    return show(
        request, "calls/script_page.html", script=found, nodes=numbered(found.nodes), versions=versions, held=held,
        keeps=actor_of(request).holds(*KEEPERS), chosen=chosen,
    )  # fmt: skip


def numbered(nodes: dict[str, script.Node]) -> list[dict[str, Any]]:
    """Each step with where it leads, by title."""
    titles = {key: node.title for key, node in nodes.items()}
    return [
        {"node": node, "next": titles.get(node.next, ""), "options": [(o.label, titles.get(o.to, "")) for o in node.options]}
        for node in nodes.values()
    ]


@staff
def new(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /calls/script/new: the steps as text; `_preview` shows what they would be, else they hold from the date."""
    actor = actor_of(request)
    if not actor.holds(*KEEPERS):
        raise Refused("not_allowed", {"verb": _("话术")}, status=403)
    held = script.in_force().version
    needs = (
        LongText(
            key="nodes", label=_("步骤"), longest=LONGEST, help=_("每个步骤一段；类型：say ask choose look_up confirm call_back goodbye。")
        ),
        Moment(key="since", label=_("生效时间")),
        Text(key="note", label=_("改了什么"), longest=200),
    )
    sheet = Sheet("script_new", _("新版话术"), request.path, needs, back="/calls/script", submit=_("从该时间起生效"))
    sheet.known = {"nodes": script.outside(held.nodes if held else script.shipped())}
    if request.method == "POST" and "_preview" in request.POST:
        return _preview(request, sheet)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        raw = parse(given["nodes"])
        script.check(raw)
        if given["since"] <= now() or ScriptVersion.objects.filter(since=given["since"]).exists():
            raise Refused("script_past", {}, status=422)
        ScriptVersion.objects.create(nodes=raw, since=given["since"], note=given["note"], made_by_id=actor.account, made_at=now())
        return _("新版话术已保存"), "/calls/script"

    return answer(request, sheet, act, "calls/script_new.html")


def _preview(request: HttpRequest, sheet: Sheet) -> HttpResponseBase:
    raw = typed(sheet, request.POST)
    try:
        nodes = script.check(parse(raw["nodes"]))
    except Refused as refused:
        return show(request, "calls/script_new.html", refused.status, form=sheet.fill(raw, refused))
    return show(request, "calls/script_new.html", form=sheet.fill(raw), nodes=numbered(nodes))


def parse(text: str) -> Any:
    """The steps of a text. Raises Refused script_yaml (422) with the line that cannot be read."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Refused("script_yaml", {"line": mark.line + 1 if mark else 1}, status=422) from None
