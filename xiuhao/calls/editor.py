"""The editor of the script: its steps as fields, a preview, a new version from a date."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.calls import drafting, script
from xiuhao.calls.models import ScriptVersion
from xiuhao.kernel import registry
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Moment, Text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.sheet import Sheet, answer, typed

KEEPERS = r.RULE_KEEPERS | {r.QUALITY}
TEMPLATE = "calls/script_new.html"
ASKED = (
    ("surname", gettext_lazy("姓")), ("contact_name", gettext_lazy("联系人")), ("contact_phone", gettext_lazy("联系电话")),
    ("contact_address", gettext_lazy("地址")), ("description", gettext_lazy("问题描述")),
)  # fmt: skip
PLACES = (
    ("{greeting}", gettext_lazy("问候语")), ("{company}", gettext_lazy("单位名")), ("{surname}", gettext_lazy("姓")),
    ("{name}", gettext_lazy("姓名")), ("{spelt}", gettext_lazy("姓名拆字")), ("{phone}", gettext_lazy("分组的号码")),
)  # fmt: skip


@staff
def script_page(request: HttpRequest) -> HttpResponseBase:
    """GET /calls/script?v=<version>: the steps of the version in force, or of another."""
    versions = list(ScriptVersion.objects.select_related("made_by", "withdrawn_by").order_by("-since", "-pk")[:50])
    found = script.of(_meant(request))
    held = script.in_force().version
    return show(
        request, "calls/script_page.html", script=found, nodes=numbered(found.nodes), versions=versions, held=held,
        keeps=actor_of(request).holds(*KEEPERS), at=now(),
    )  # fmt: skip


def _meant(request: HttpRequest) -> ScriptVersion | None:
    """The version of ?v=, none for what ships ("0"); without it the one in force. Raises Refused not_found (404)."""
    chosen = request.GET.get("v", "")
    if not chosen:
        return script.in_force().version
    here = ScriptVersion.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 10 else None
    if here is None and chosen != "0":
        raise Refused("not_found", {"number": chosen[:20]}, status=404)
    return here


def numbered(nodes: dict[str, script.Node]) -> list[dict[str, Any]]:
    """Each step with where it leads, by title."""
    titles = {key: node.title for key, node in nodes.items()}
    return [
        {"node": node, "next": titles.get(node.next, ""), "options": [(o.label, titles.get(o.to, "")) for o in node.options]}
        for node in nodes.values()
    ]


@staff
def new(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /calls/script/new?v=<version that it begins with>: the steps as fields; `_do` moves, adds or drops one, `_preview`
    shows what they would be, else they hold from the date."""
    actor = _keeper(request)
    before = _meant(request)
    steps = drafting.read(request.POST) if request.method == "POST" else before.nodes if before else script.shipped()
    needs = (Moment(key="since", label=_("生效时间")), Text(key="note", label=_("改了什么"), longest=200))
    sheet = Sheet("script_new", _("新版话术"), request.path, needs, back="/calls/script", submit=_("从该时间起生效"))
    if request.method == "POST" and ("_preview" in request.POST or "_do" in request.POST):
        return _again(request, sheet, steps)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        script.check(steps)
        if given["since"] <= now() or ScriptVersion.objects.filter(since=given["since"], withdrawn_at=None).exists():
            raise Refused("script_past", {}, status=422)
        ScriptVersion.objects.create(nodes=steps, since=given["since"], note=given["note"], made_by_id=actor.account, made_at=now())
        return _("新版话术已保存"), "/calls/script"

    return answer(request, sheet, act, TEMPLATE, **_fields(steps, _wrong(steps) if request.method == "POST" else ""))


@staff
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /calls/script/<version>/withdraw: take back a version that has not begun. It stays in the list, with the reason.

    Refused script_begun (409) once it has begun, or was withdrawn by another."""
    actor = _keeper(request)
    version = ScriptVersion.objects.filter(pk=pk).first()
    if version is None:
        raise Refused("not_found", {"number": str(pk)[:20]}, status=404)
    title, needs = _("撤回话术 {version}").format(version=version), (Text(key="reason", label=_("撤回原因"), longest=200),)
    sheet = Sheet("script_withdraw", title, request.path, needs, back="/calls/script", submit=_("撤回"))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        waiting = ScriptVersion.objects.filter(pk=pk, withdrawn_at=None, since__gt=now())
        if not waiting.update(withdrawn_at=now(), withdrawn_by_id=actor.account, withdrawn_for=given["reason"]):
            raise Refused("script_begun", {})
        return _("话术已撤回"), "/calls/script"

    return answer(request, sheet, act)


def _keeper(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.holds(*KEEPERS):
        raise Refused("not_allowed", {"verb": _("话术")}, status=403)
    return actor


def _fields(steps: drafting.Raw, shown: str = "") -> dict[str, Any]:
    """What the template needs beside the sheet."""
    titles = [(str(step.get("key", "")), row["heading"]) for step, row in zip(steps, drafting.rows(steps), strict=True)]
    return {
        "rows": drafting.rows(steps, shown),
        "titles": titles,
        "kinds": script.KINDS.items(),
        "places": PLACES,
        "asked": ASKED,
        "puts": puts(),
    }


def puts() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """What an answer can put into the form, by field: (label, [("kind:complaint", label)])."""
    ticket = registry.process("ticket")
    needs = [need for verb in ("receive", "restate") for need in ticket.verb(verb).needs if isinstance(need, Choice)]
    return [(need.label, [(f"{need.key}:{key}", words) for key, words in need.choices()]) for need in needs if need.key in script.SETS]


def _wrong(steps: drafting.Raw) -> str:
    """The key of the step that could not be walked; none if all can."""
    try:
        script.check(steps)
    except Refused as refused:
        return str(refused.params.get("step", ""))
    return ""


def _again(request: HttpRequest, sheet: Sheet, steps: drafting.Raw) -> HttpResponseBase:
    """The form once more: after a button, or with the preview."""
    raw = typed(sheet, request.POST)
    if "_do" in request.POST:
        steps, shown = drafting.changed(steps, request.POST["_do"])
        return show(request, TEMPLATE, form=sheet.fill(raw), **_fields(steps, shown))
    try:
        nodes = script.check(steps)
    except Refused as refused:
        return show(request, TEMPLATE, refused.status, form=sheet.fill(raw, refused), **_fields(steps, str(refused.params.get("step", ""))))
    return show(request, TEMPLATE, form=sheet.fill(raw), nodes=numbered(nodes), **_fields(steps))
