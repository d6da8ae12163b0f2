"""One cast for all tests: a small company, with somebody for every role, built once into the template database."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Account, Invitation, Unit
from xiuhao.party import actions as party
from xiuhao.party.models import Staff, StaffSkill

PASSWORD = "xiuhao-Test-2026"
UNITS = (  # name, kind, parent, region
    ("总部", "head", "", ""),
    ("客服中心", "department", "总部", ""),
    ("一组", "team", "客服中心", ""),
    ("二组", "team", "客服中心", ""),
    ("浙江公司", "province", "总部", "浙江"),
    ("杭州站", "station", "浙江公司", "浙江"),
    ("四川公司", "province", "总部", "四川"),
)
ALL_SKILLS = ("technical", "consultation", "refrigeration", "laundry", "air_conditioning", "water_heating", "mobile", "computing")
PEOPLE = (  # login, name, unit, role, where it is held, skills
    ("admin", "管一清", "总部", r.ADMIN, "总部", {}),
    ("manager", "经理华", "总部", r.MANAGER, "总部", dict.fromkeys(ALL_SKILLS, 3)),
    ("lead", "组长林", "一组", r.LEAD, "一组", dict.fromkeys(ALL_SKILLS, 2)),
    ("agent", "客服安", "一组", r.AGENT, "一组", dict.fromkeys(ALL_SKILLS, 1)),
    ("colleague", "客服白", "一组", r.AGENT, "一组", {"complaint": 1, "return_exchange": 1, "automotive": 1}),
    ("expert", "专家童", "客服中心", r.EXPERT, "客服中心", dict.fromkeys((*ALL_SKILLS, "automotive"), 3)),
    ("dispatcher", "派工狄", "客服中心", r.DISPATCHER, "客服中心", {}),
    ("quality", "质量齐", "总部", r.QUALITY, "总部", {}),
    ("auditor", "审计沈", "总部", r.AUDITOR, "总部", {}),
    ("finance", "财务费", "总部", r.FINANCE, "总部", {}),
    ("warehouse", "仓管甄", "浙江公司", r.WAREHOUSE, "浙江公司", {}),
    ("engineer", "工程师康", "杭州站", r.ENGINEER, "杭州站", {}),
    ("dealer", "经销商戴", "浙江公司", r.DEALER, "浙江公司", {}),
    ("sales", "业务叶", "总部", r.SALES, "总部", {}),
    ("sales_head", "业务经理柏", "总部", r.SALES_HEAD, "总部", {}),
    ("production", "制造祝", "总部", r.PRODUCTION, "总部", {}),
    ("research", "研发颜", "总部", r.RESEARCH, "总部", {}),
    ("office", "总办宗", "总部", r.OFFICE, "总部", {}),
    ("deputy", "副总傅", "总部", r.DEPUTY, "总部", {}),
    ("director", "总经理宋", "总部", r.DIRECTOR, "总部", {}),
    ("region", "区域欧", "浙江公司", r.REGION, "浙江公司", {}),
    ("personnel", "人事任", "总部", r.PERSONNEL, "总部", {}),
    ("outsider", "外省魏", "四川公司", r.AGENT, "四川公司", {}),
)


def build() -> None:
    """Write the company through the product's own actions. Called while the template database is made."""
    units: dict[str, Unit] = {}
    for name, kind, parent, region in UNITS:
        units[name] = party.create_unit(SYSTEM, name=name, kind=kind, parent=units.get(parent), region=region)
    for login, name, unit, role, at, skills in PEOPLE:
        hired = party.hire(
            SYSTEM, login=login, name=name, unit=units[unit], posts=((role, units[at]),), skills=skills, email=f"{login}@example.com"
        )
        hired.account.set_password(PASSWORD)
        hired.account.save(update_fields=["password"])


def leave() -> None:
    """Everybody goes, and the units with them: an installation in which nobody works yet."""
    Invitation.objects.all().delete()
    StaffSkill.objects.all().delete()
    Staff.objects.unscoped("the cast leaves").delete()
    Account.objects.all().delete()
    for each in Unit.objects.order_by("-path"):
        each.delete()


def account(login: str) -> Account:
    return Account.objects.select_related("unit").get(login=login)


def actor(login: str) -> Actor:
    """The actor of one of the cast, as a request would get it."""
    from xiuhao.kernel.accounts import actor_of

    return actor_of(account(login))


def unit(name: str) -> Unit:
    return Unit.objects.get(name=name)
