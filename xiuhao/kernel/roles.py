"""The roles that the field's regulations name. A grant gives a role at a unit; some roles only exist relative to a case."""

from __future__ import annotations

from xiuhao.kernel.words import _

# Relative to a case: worked out for each actor and case, never granted.
OWNER = "owner"  # who answers for the case
CUSTOMER = "customer"  # whose case it is
ASKED = "asked"  # to whom an open ask is addressed
DOER = "doer"  # who did the step that would be taken back
SYSTEM = "system"  # the product itself: scheduler, reactions

# Granted at a unit of the organisation, and holding for everything below it.
AGENT = "agent"
LEAD = "lead"
EXPERT = "expert"
DISPATCHER = "dispatcher"
ENGINEER = "engineer"
QUALITY = "quality"
DEALER = "dealer"
FINANCE = "finance"
WAREHOUSE = "warehouse"
MANAGER = "manager"
AUDITOR = "auditor"
ADMIN = "admin"
# The departments of a factory and its management, through which a complaint runs (CS5-7.1, CS5-9.4, CS5-11, YD-5.2).
SALES = "sales"
SALES_HEAD = "sales_head"
PRODUCTION = "production"
RESEARCH = "research"
OFFICE = "office"
DEPUTY = "deputy"
DIRECTOR = "director"
REGION = "region"
PERSONNEL = "personnel"

RELATIVE = {OWNER: _("经办人"), CUSTOMER: _("客户"), ASKED: _("被征询人"), DOER: _("刚做这一步的人"), SYSTEM: _("系统")}
GRANTED = {
    AGENT: _("客服代表"),
    LEAD: _("客服组长"),
    EXPERT: _("技术专家"),
    DISPATCHER: _("派工员"),
    ENGINEER: _("服务工程师"),
    QUALITY: _("质量专员"),
    DEALER: _("经销商"),
    FINANCE: _("财务"),
    WAREHOUSE: _("仓管"),
    MANAGER: _("客服经理"),
    AUDITOR: _("审计"),
    ADMIN: _("系统管理员"),
    SALES: _("业务员"),
    SALES_HEAD: _("业务经理"),
    PRODUCTION: _("制造部"),
    RESEARCH: _("研发部"),
    OFFICE: _("总经理室"),
    DEPUTY: _("副总经理"),
    DIRECTOR: _("总经理"),
    REGION: _("区域负责人"),
    PERSONNEL: _("人事"),
}
LABELS = {**RELATIVE, **GRANTED}

# The next higher post of each: whoever holds it may answer what is asked of the lower one, and is asked where nobody else can.
HIGHER = {
    AGENT: LEAD, ENGINEER: LEAD, DEALER: LEAD, LEAD: MANAGER, EXPERT: MANAGER, DISPATCHER: MANAGER, QUALITY: MANAGER, FINANCE: MANAGER,
    WAREHOUSE: MANAGER, SALES: SALES_HEAD, SALES_HEAD: DEPUTY, PRODUCTION: DEPUTY, RESEARCH: DEPUTY, OFFICE: DIRECTOR, DEPUTY: DIRECTOR,
    REGION: MANAGER, PERSONNEL: DIRECTOR,
}  # fmt: skip


def above(role: str) -> tuple[str, ...]:
    """The posts above a role, the next one first; none above the highest."""
    found: list[str] = []
    while role in HIGHER:
        role = HIGHER[role]
        found.append(role)
    return tuple(found)


# Who sees everything of the unit where the role is held; the others see what they own or are asked about.
READERS = frozenset({AGENT, LEAD, EXPERT, DISPATCHER, QUALITY, FINANCE, MANAGER, AUDITOR})
# Who may be shown, for a reason that is kept, what stands masked on every page.
REVEALERS = frozenset({AGENT, LEAD, EXPERT, DISPATCHER, ENGINEER, QUALITY, MANAGER})
# Who edits the regulation itself: policies, calendars, decision tables.
RULE_KEEPERS = frozenset({MANAGER, ADMIN})
