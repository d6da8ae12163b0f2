"""The pages of the organisation: its tree, its people, their posts and skills."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext as _

from xiuhao.kernel import invitations, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Evidence, Flag, Moment, Number, Options, Phone, Text
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.models import Account, Grant, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.party import actions, queries
from xiuhao.party.models import LANGUAGES, LEVELS, Skill, Staff
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.pages import Nav
from xiuhao.ui.register import Act, Ask, Column, asked, register
from xiuhao.ui.sheet import Several, Sheet, answer

SEES = frozenset({roles.ADMIN, roles.MANAGER, roles.LEAD, roles.DISPATCHER, roles.AUDITOR})
NAVS = (
    Nav("organisation", gettext_lazy("组织"), "/organisation/", "sitemap", roles=SEES, group="admin"),
    Nav("staff", gettext_lazy("员工"), "/staff/", "users-group", roles=SEES, group="admin"),
)


def allowed(actor: Actor, *wanted: str, path: str | None = None) -> None:
    """Refused not_allowed (403) without one of these roles (at or above `path`)."""
    if not actor.holds(*wanted, path=path):
        raise Refused("not_allowed", {}, status=403)


def units(actor: Actor) -> Options:
    """The active units that this actor reaches, indented as a tree."""
    return tuple((str(u.pk), f"{'　' * (u.path.count('.') - 1)}{u}") for u in queries.units_below(actor).filter(active=True))


def unit_of(actor: Actor, pk: int | str) -> Unit:
    """The unit of an address, if it lies where the actor holds a post; else Refused not_found (404)."""
    found = queries.units_below(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


def staff_of(actor: Actor, pk: int) -> Staff:
    """The visible member of staff of an address; Refused not_found (404)."""
    found = queries.staff(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


# The tree


@staff
def organisation(request: HttpRequest) -> HttpResponseBase:
    """GET /organisation/"""
    actor = actor_of(request)
    allowed(actor, *SEES)
    found = list(queries.units_below(actor))
    people: dict[int, int] = {}
    for unit in Account.objects.filter(unit__in=found, is_active=True, kind="staff").values_list("unit_id", flat=True):
        people[unit] = people.get(unit, 0) + 1
    keeps = queries.ORGANISATION_KEEPERS
    rows = [(unit, unit.path.count(".") - 1, people.get(unit.pk, 0), actor.holds(*keeps, path=unit.path)) for unit in found]
    return show(request, "party/organisation.html", rows=rows)


def _unit_needs() -> tuple[Evidence, ...]:
    return (
        Text(key="name", label=_("名称"), longest=80),
        Text(key="name_en", label=_("英文名称"), longest=80, required=False),
        Choice(key="kind", label=_("类别"), options=tuple((k, str(v)) for k, v in Unit.KINDS)),
        Text(key="region", label=_("地区"), longest=40, required=False, help=_("省份简称，如“浙江”；按地区归属客户时使用。")),
        Text(key="zone", label=_("时区"), longest=40, help="Asia/Shanghai"),
    )


TREE = gettext_lazy("组织")


@staff
def new_unit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /organisation/<pk>/new: a unit below this one."""
    actor = actor_of(request)
    parent = unit_of(actor, pk)
    allowed(actor, *queries.ORGANISATION_KEEPERS, path=parent.path)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = actions.create_unit(actor, parent=parent, **given)
        return _("“{unit}”已建立").format(unit=made), "/organisation/"

    known = {"zone": parent.zone, "region": parent.region}
    label = _("在“{unit}”下新建单位").format(unit=parent)
    sheet = Sheet("unit", label, request.path, _unit_needs(), known, "/organisation/", _("保存"))
    return answer(request, sheet, act, trail=[(TREE, "/organisation/")])


@staff
def edit_unit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /organisation/<pk>/edit"""
    actor = actor_of(request)
    unit = unit_of(actor, pk)
    allowed(actor, *queries.ORGANISATION_KEEPERS, path=unit.path)
    needs = (*_unit_needs(), Flag(key="active", label=_("启用")))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.update_unit(actor, unit, **given)
        return _("“{unit}”已保存").format(unit=unit), "/organisation/"

    known = {need.key: getattr(unit, need.key) for need in needs}
    sheet = Sheet("unit", _("修改单位"), request.path, needs, known, "/organisation/", _("保存"))
    return answer(request, sheet, act, trail=[(TREE, "/organisation/")])


@staff
def move_unit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /organisation/<pk>/move"""
    actor = actor_of(request)
    unit = unit_of(actor, pk)
    allowed(actor, *queries.ORGANISATION_KEEPERS, path=unit.path)
    below = {str(u.pk) for u in Unit.objects.filter(path__startswith=unit.path)}
    targets = tuple((key, label) for key, label in units(actor) if key not in below)
    needs = (
        Choice(key="to", label=_("移到"), options=targets),
        Text(key="reason", label=_("原因"), longest=200),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.move_unit(actor, unit, unit_of(actor, given["to"]), given["reason"])
        return _("“{unit}”已移动").format(unit=unit), "/organisation/"

    cases = queries.open_cases(path=unit.path)
    sheet = Sheet("move", _("移动“{unit}”").format(unit=unit), request.path, needs, back="/organisation/", submit=_("移动"))
    sheet.intro = _("连同 {units} 个下级单位和 {cases} 张未结工单一起移动，谁能看到它们随之改变。").format(
        units=len(below) - 1, cases=cases
    )
    return answer(request, sheet, act, trail=[(TREE, "/organisation/")])


# People


def _skills(row: Staff) -> Any:
    """The first three skills, all of them in the title."""
    held = [f"{h.skill} {h.get_level_display()}" for h in row.skills.all()]
    comma = _("、")
    more = _("等 {n} 项").format(n=len(held)) if len(held) > 3 else ""
    return format_html('<span title="{}">{} {}</span>', comma.join(held), comma.join(held[:3]), more) if held else None


@staff
def people(request: HttpRequest) -> HttpResponseBase:
    """GET /staff/?q=&unit=&role=&state="""
    actor = actor_of(request)
    allowed(actor, *SEES)
    states = (("on", _("在岗")), ("off", _("不在岗")), ("left", _("已离职")))
    offered, granted = units(actor), tuple(roles.GRANTED.items())
    words, unit = asked(request, "q"), asked(request, "unit", offered)
    role, state = asked(request, "role", granted), asked(request, "state", states)
    rows = queries.staff(actor).prefetch_related("account__grants__unit", "skills__skill")
    rows = rows.filter(account__is_active=state != "left")
    if words:
        rows = rows.filter(account__name__icontains=words) | rows.filter(account__login=words.lower())
    if unit:
        rows = rows.filter(account__unit__path__startswith=unit_of(actor, unit).path)
    if role:
        rows = rows.filter(account__in=Grant.objects.filter(role=role).values("account"))
    if state in ("on", "off"):
        rows = rows.filter(on_duty=state == "on")
    columns = (
        Column(_("姓名"), lambda s: s.account.name, url=lambda s: f"/staff/{s.pk}/", kind="title"),
        Column(_("登录名"), lambda s: s.account.login),
        Column(_("单位"), lambda s: s.account.unit),
        Column(_("职务"), lambda s: s.post),
        Column(_("角色"), lambda s: "、".join(dict.fromkeys(str(roles.LABELS[g.role]) for g in s.account.grants.all()))),
        Column(_("技能"), _skills),
        Column(_("在岗"), lambda s: s.on_duty and s.account.is_active),
        Column(_("最多在办"), lambda s: s.max_load, kind="num"),
    )
    asks = (
        Ask("q", _("姓名"), words, hint=_("姓名或登录名")),
        Ask("unit", _("单位"), unit, offered),
        Ask("role", _("角色"), role, granted),
        Ask("state", _("状态"), state, states),
    )
    acts = [Act(_("入职"), "/staff/hire", "user-plus")] if actor.holds(*queries.ORGANISATION_KEEPERS) else []
    return register(request, _("员工"), rows, columns, asks=asks, acts=acts, empty=_("还没有员工"), export="staff")


@staff
def person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /staff/<pk>/; everybody may see their own."""
    actor = actor_of(request)
    if actor.id != pk:
        allowed(actor, *SEES)
    found = staff_of(actor, pk)
    account = found.account
    edits = account.is_active and actor.holds(*queries.ORGANISATION_KEEPERS, path=account.unit.path)
    leads = edits or (account.is_active and actor.holds(roles.LEAD, path=account.unit.path))
    return show(
        request, "party/person.html", person=found, account=account, edits=edits, leads=leads, own=actor.id == pk,
        load=queries.open_cases(pk), phone=mask_phone(found.phone), can_reveal=actor.holds(*queries.REVEALERS),
        grants=account.grants.select_related("unit").order_by("unit__path"),
        skills=found.skills.select_related("skill").order_by("-level", "pk"), history=queries.told(f"kernel.account:{pk}"),
        languages=[str(label) for key, label in LANGUAGES if key in found.languages],
        tokens=queries.tokens(account) if edits else [], invited=account.invitations.filter(used_at=None, expires_at__gt=now()).first(),
    )  # fmt: skip


def _languages() -> Several:
    return Several(key="languages", label=_("语言"), options=tuple((key, str(label)) for key, label in LANGUAGES))


def _split(given: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Take the answers of that prefix out of `given`."""
    return {key.removeprefix(prefix): given.pop(key) for key in [*given] if key.startswith(prefix)}


def _roles(actor: Actor) -> Options:
    offered = set(roles.GRANTED) if actor.holds(roles.ADMIN) else set(roles.GRANTED) - {roles.ADMIN, roles.AUDITOR}
    return tuple((key, str(label)) for key, label in roles.GRANTED.items() if key in offered)


@staff
def hire(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /staff/hire"""
    actor = actor_of(request)
    allowed(actor, *queries.ORGANISATION_KEEPERS)
    needs = (
        Text(key="name", label=_("姓名"), longest=60),
        Text(key="login", label=_("登录名"), longest=60),
        Text(key="email", label=_("邮箱"), longest=200, required=False),
        Phone(key="phone", label=_("手机"), required=False),
        Choice(key="unit", label=_("所属单位"), options=units(actor)),
        Text(key="post", label=_("职务"), longest=60, required=False),
        Choice(key="role", label=_("角色"), options=_roles(actor), help=_("在所属单位及其下级生效；更多岗位可在入职后授予。")),
        _languages(),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        unit, role = unit_of(actor, given.pop("unit")), given.pop("role")
        made = actions.hire(actor, unit=unit, posts=((role, unit),), **given)
        request.session["invitation"] = [made.account.pk, made.token]
        return _("{name} 已入职").format(name=made.account), f"/staff/{made.account.pk}/invitation"

    sheet = Sheet("hire", _("入职"), request.path, needs, {"unit": actor.unit, "languages": ["cmn"]}, "/staff/", _("保存并生成邀请"))
    return answer(request, sheet, act, trail=[(_("员工"), "/staff/")])


def on_person(request: HttpRequest, pk: int, *also: str) -> tuple[Actor, Staff, list[tuple[str, str]]]:
    """Who asks, whom they edit, the way back; Refused for who may not."""
    actor = actor_of(request)
    found = staff_of(actor, pk)
    allowed(actor, *queries.ORGANISATION_KEEPERS, *also, path=found.account.unit.path)
    return actor, found, [(_("员工"), "/staff/"), (found.account.name, f"/staff/{pk}/")]


@staff
def edit_person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /staff/<pk>/edit"""
    actor, found, trail = on_person(request, pk)
    needs = (
        Text(key="post", label=_("职务"), longest=60, required=False),
        Phone(key="phone", label=_("手机"), required=False, help=_("不改就留空。")),
        Number(key="max_load", label=_("最多在办"), most=1000),  # type: ignore[arg-type]
        _languages(),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        if not given["phone"]:
            del given["phone"]
        actions.update_staff(actor, found, **given)
        return _("资料已保存"), f"/staff/{pk}/"

    known = {"post": found.post, "max_load": found.max_load, "languages": found.languages}
    sheet = Sheet("edit", _("修改资料"), request.path, needs, known, f"/staff/{pk}/", _("保存"))
    return answer(request, sheet, act, trail=trail)


@staff
def skills(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /staff/<pk>/skills"""
    actor, found, trail = on_person(request, pk, roles.LEAD)
    options = tuple((str(level), str(label)) for level, label in LEVELS)
    offered = list(Skill.objects.order_by("pk"))
    needs = tuple(Choice(key=f"skill_{skill.key}", label=str(skill), options=options, required=False) for skill in offered)
    known = {f"skill_{key}": str(level) for key, level in found.skills.values_list("skill__key", "level")}

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.set_skills(actor, found, {key: int(level) for key, level in _split(given, "skill_").items() if level})
        return _("技能已保存"), f"/staff/{pk}/"

    return answer(request, Sheet("skills", _("技能"), request.path, needs, known, f"/staff/{pk}/", _("保存")), act, trail=trail)


@staff
def give(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /staff/<pk>/grant"""
    actor, found, trail = on_person(request, pk)
    needs = (
        Choice(key="role", label=_("角色"), options=_roles(actor)),
        Choice(key="unit", label=_("单位"), options=units(actor), help=_("在该单位及其全部下级生效。")),
        Moment(key="since", label=_("自"), required=False),
        Moment(key="until", label=_("至"), required=False),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.grant(actor, found.account, given["role"], unit_of(actor, given["unit"]), given["since"], given["until"])
        return _("岗位已授予"), f"/staff/{pk}/"

    known = {"unit": found.account.unit_id}
    return answer(request, Sheet("grant", _("授予岗位"), request.path, needs, known, f"/staff/{pk}/"), act, trail=trail)


@staff
def take(request: HttpRequest, pk: int, held: int) -> HttpResponseBase:
    """GET (asks) and POST /staff/<pk>/grants/<held>/revoke"""
    actor, found, trail = on_person(request, pk)
    row = found.account.grants.select_related("unit", "account__unit").filter(pk=held).first()
    if row is None:
        raise Refused("not_found", {}, status=404)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.revoke(actor, row)
        return _("岗位已撤销"), f"/staff/{pk}/"

    sheet = Sheet("revoke", _("撤销岗位"), request.path, back=f"/staff/{pk}/", bad=True)
    sheet.intro = _("{name} 将立即失去“{unit}”的“{role}”。").format(name=found.account, unit=row.unit, role=roles.LABELS[row.role])
    return answer(request, sheet, act, trail=trail)


@staff
def invite(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET (asks) and POST /staff/<pk>/invite"""
    actor, found, trail = on_person(request, pk)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        request.session["invitation"] = [pk, actions.invite(actor, found.account)]
        return _("邀请已生成"), f"/staff/{pk}/invitation"

    sheet = Sheet("invite", _("生成邀请"), request.path, back=f"/staff/{pk}/")
    sheet.intro = _("对方用邀请链接设置密码，7 天内有效，只能用一次；以前的邀请随即失效。")
    return answer(request, sheet, act, trail=trail)


@staff
def invitation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /staff/<pk>/invitation: the link that was just made, shown once."""
    _actor, found, trail = on_person(request, pk)
    whose, token = request.session.pop("invitation", [None, ""])
    link = invitations.address(token) if whose == pk else ""
    response = show(request, "party/invitation.html", person=found, link=link, trail=trail)
    response["Cache-Control"] = "no-store"
    return response


@staff
def duty(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET (asks) and POST /staff/<pk>/duty: on or off; one's own, or by a lead."""
    actor = actor_of(request)
    found = staff_of(actor, pk)
    if actor.id != pk:
        allowed(actor, *queries.ORGANISATION_KEEPERS, roles.LEAD, path=found.account.unit.path)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.set_duty(actor, found, not found.on_duty)
        return (_("已离岗，不再派给新的工单") if found.on_duty else _("已在岗")), f"/staff/{pk}/"

    sheet = Sheet("duty", _("离岗") if found.on_duty else _("上岗"), request.path, back=f"/staff/{pk}/")
    sheet.intro = _("离岗期间不派给新的工单，手上的不变。") if found.on_duty else _("重新接收派单。")
    return answer(request, sheet, act, trail=[(found.account.name, f"/staff/{pk}/")])


@staff
def retire(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /staff/<pk>/retire"""
    actor, found, trail = on_person(request, pk)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        left = actions.retire(actor, found.account, given["reason"])
        return (_("已办理离职；还有 {n} 张未结工单等待改派").format(n=left) if left else _("已办理离职")), f"/staff/{pk}/"

    needs = (Text(key="reason", label=_("原因"), longest=200),)
    sheet = Sheet("retire", _("办理离职"), request.path, needs, back=f"/staff/{pk}/", bad=True)
    sheet.intro = _("{name} 的登录、接口令牌和全部岗位立即失效。").format(name=found.account)
    return answer(request, sheet, act, trail=trail)
