"""What others ask of party: who is behind a number, what may be shown of them, who can take work."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from xiuhao.kernel import registry, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.kept import Kept
from xiuhao.kernel.masking import mask_email, mask_name, mask_phone, normalise_phone
from xiuhao.kernel.models import Account, Case, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import many, prepared
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.party.cards import card_blind as card_blind
from xiuhao.party.cards import cards as cards
from xiuhao.party.cards import whole as whole
from xiuhao.party.consents import ASKED as ASKED
from xiuhao.party.consents import agreed as agreed
from xiuhao.party.consents import consents as consents
from xiuhao.party.consents import notice as notice
from xiuhao.party.families import family as family
from xiuhao.party.families import merged as merged
from xiuhao.party.families import same as same
from xiuhao.party.families import stays as stays
from xiuhao.party.models import Address, Change, Customer, Email, Phone, Staff
from xiuhao.party.numbers import by_phones as by_phones
from xiuhao.party.numbers import last4_blind as last4_blind
from xiuhao.party.numbers import name_blind as name_blind
from xiuhao.party.numbers import phone_blind as phone_blind
from xiuhao.party.numbers import phone_kind as phone_kind
from xiuhao.party.places import Place, parse

REVEALERS = roles.REVEALERS
IDENTITY_REVEALERS = frozenset({roles.LEAD, roles.QUALITY, roles.MANAGER})  # who may see the number of an identity card
CUSTOMER_KEEPERS = frozenset({roles.AGENT, roles.LEAD, roles.DISPATCHER, roles.MANAGER})
ORGANISATION_KEEPERS = frozenset({roles.ADMIN, roles.MANAGER})


# Customers


def by_phone(actor: Actor, text: str) -> list[Customer]:
    """The visible customers with this number, whom it identifies first, each with `numbers`. One statement.

    Raises Refused phone_invalid (422). Devices and open cases hang on `customer.pk` in the modules that know them.
    """
    wanted = phone_blind(normalise_phone(text))
    found = _with_numbers(Phone.objects.visible_to(actor).filter(customer__phones__blind=wanted, customer__merged_into=None))
    return sorted(found, key=lambda c: not any(p.identity and bytes(p.identity) == wanted for p in c.numbers))


def on_file(actor: Actor, numbers: Collection[str]) -> dict[str, Customer]:
    """E.164 number → the visible customer whom it identifies, with `numbers` and `places`: what staff need not ask again.

    Two statements, one if nobody is known.
    """
    wanted = {phone_blind(number): number for number in numbers}
    found = _with_numbers(Phone.objects.visible_to(actor).filter(customer__phones__identity__in=list(wanted))) if wanted else []
    if found:
        _attach("places", Address, found)
    return {wanted[bytes(p.identity)]: c for c in found for p in c.numbers if p.identity and bytes(p.identity) in wanted}


def _with_numbers(rows: QuerySet[Phone]) -> list[Customer]:
    found: dict[int, Customer] = {}
    for phone in rows.select_related("customer").order_by("customer_id", "-is_primary", "pk").distinct():
        customer = found.setdefault(phone.customer_id, phone.customer)
        customer.numbers = [*getattr(customer, "numbers", ()), phone]
    return list(found.values())


def search(actor: Actor, text: str) -> QuerySet[Customer]:
    """Visible customers found exactly by phone, by its last four digits, or by name; all of them for an empty text, newest first."""
    rows = Customer.objects.visible_to(actor).filter(merged_into=None).order_by("-pk")
    text = text.strip()
    if not text:
        return rows
    digits = unicodedata.normalize("NFKC", text)
    if digits.isdecimal() and len(digits) == 4:
        return rows.filter(pk__in=_phones().filter(last4=last4_blind(digits)).values("customer_id"))
    try:
        return rows.filter(pk__in=_phones().filter(blind=phone_blind(normalise_phone(text))).values("customer_id"))
    except Refused:
        named = Customer.objects.unscoped("narrows visible customers").filter(name_blind=name_blind(text))
        return rows.filter(pk__in=named.values(end=Coalesce("merged_into", "pk")))


def _phones() -> QuerySet[Phone]:
    return Phone.objects.unscoped("narrows visible customers")


def dress(customers: Iterable[Customer]) -> list[Customer]:
    """The same customers with `numbers`, `places` and `mails` (primary first). Three statements, whatever their number."""
    kept = list(customers)
    for field, model in (("numbers", Phone), ("places", Address), ("mails", Email)):
        _attach(field, model, kept)
    return kept


def _attach(field: str, model: type[Phone] | type[Address] | type[Email], customers: Sequence[Customer]) -> None:
    """Rows of one kind to the customers to whom they belong, primary first. One statement."""
    rows: dict[int, list[Any]] = {}
    owned = model.objects.unscoped("belongs to customers already found visible").filter(customer__in=customers)
    for row in owned.order_by("-is_primary", "pk"):
        rows.setdefault(row.customer_id, []).append(row)
    for customer in customers:
        setattr(customer, field, rows.get(customer.pk, []))


def masked(customer: Customer) -> dict[str, Any]:
    """What may be shown of a customer without a reason: id, kind, language, region; name, phones, addresses and mails masked.

    Phones, addresses and mails only as far as the customer carries them (`by_phone`, `dress`).
    """
    numbers, places, mails = (getattr(customer, part, []) for part in ("numbers", "places", "mails"))
    return {
        "id": customer.pk,
        "kind": customer.kind,
        "name": mask_name(customer.name),
        "aliases": [mask_name(name) for name in customer.aliases.splitlines()],
        "language": customer.language,
        "region": customer.region,
        "phones": [{"id": p.pk, "number": mask_phone(p.number), "kind": p.kind, "verified": bool(p.verified_at)} for p in numbers],
        "addresses": [{"id": a.pk, "text": masked_address(a)} for a in places],
        "emails": [{"id": e.pk, "address": mask_email(e.address), "verified": bool(e.verified_at)} for e in mails],
    }


def masked_address(address: Address) -> str:
    """Province, city and district; street and door hidden."""
    return f"{place_of(address).area}{'****' if address.detail else ''}"


def place_of(address: Address) -> Place:
    """The parts of an address, whole: only for who may see it."""
    return Place(address.province, address.city, address.district, address.detail)


def card(customer: Customer, actor: Actor) -> dict[str, Any]:
    """`masked`, and what this actor may do: `can_reveal`, `can_edit`."""
    return masked(customer) | {"can_reveal": actor.holds(*REVEALERS), "can_edit": actor.holds(*CUSTOMER_KEEPERS)}


def masked_names(ids: Collection[int]) -> dict[int, str]:
    """Customer id → masked name, for the column of a list whose rows are already visible. One statement."""
    rows = Customer.objects.unscoped("the name beside a row that the actor sees").filter(pk__in=set(ids)) if ids else ()
    return {row.pk: mask_name(row.name) for row in rows}


# Staff


@dataclass(frozen=True)
class Hand:
    """Somebody who can be given work: skills by key with their level, languages, and their open cases (counted up to the limit).

    `region` is the province whose customers their unit serves; "" is the head's, for all.
    """

    account: int
    name: str
    unit: int
    unit_path: str
    skills: dict[str, int]
    languages: frozenset[str]
    load: int
    max_load: int
    region: str = ""
    login: str = ""

    def can(self, skill: str = "", level: int = 1, language: str = "") -> bool:
        """True if the skill is mastered at that level (no skill asked: always) and the language is spoken."""
        return (not skill or self.skills.get(skill, 0) >= level) and (not language or language in self.languages)

    @property
    def room(self) -> int:
        """How many more cases fit."""
        return self.max_load - self.load


# Counted no further than anybody's limit: who has that many has no room, whatever more lies with them.
_LOAD = """
SELECT h.id, (
  SELECT count(*) FROM (
    SELECT FROM kernel_case WHERE is_open AND owner_id = h.id AND (%s::text = '' OR process = %s::text) LIMIT h.most) AS c)
FROM unnest(%s::bigint[], %s::integer[]) AS h (id, most)
"""


def hands(*wanted: str, path: str = "", process: str = "") -> list[Hand]:
    """Who is on duty at or below a unit and holds one of these roles somewhere, least loaded first. One statement.

    `load` counts open cases up to `max_load`, with `process` only its own. Who there is and what they can do is kept while nothing of
    it is edited.
    """
    able = [one.hand for one in roster.now() if one.hand.unit_path.startswith(path) and (not wanted or one.roles.intersection(wanted))]
    load = dict(prepared(_LOAD, [process, process, many(hand.account for hand in able), many(hand.max_load for hand in able)]))
    return sorted((replace(hand, load=load[hand.account]) for hand in able), key=lambda h: (h.load, h.account))


@dataclass(frozen=True)
class OnDuty:
    """Somebody on the roster: the hand without load, and the roles held anywhere."""

    hand: Hand
    roles: frozenset[str]


def _on_duty() -> list[OnDuty]:
    rows = Staff.objects.unscoped("whom routing knows").filter(on_duty=True, account__is_active=True, account__unit__active=True)
    found, served = [], Map((), _regions())
    for row in rows.select_related("account__unit").prefetch_related("skills__skill", "account__grants").order_by("pk"):
        skills = {held.skill.key: held.level for held in row.skills.all()}
        unit, account = row.account.unit, row.account
        hand = Hand(
            account.pk, account.name, unit.pk, unit.path, skills, frozenset(row.languages), 0, row.max_load, served.region(unit.path),
            account.login,
        )  # fmt: skip
        found.append(OnDuty(hand, frozenset(grant.role for grant in account.grants.all())))
    return found


roster: Kept[list[OnDuty]] = Kept("roster", _on_duty)


def _regions() -> dict[str, str]:
    rows = Unit.objects.exclude(region="").values_list("path", "region")
    return {path: parse(region).province or region for path, region in rows}


@dataclass(frozen=True)
class Desk:
    """A unit with a lead, to whom those who work there answer; `region` as a hand's, `skills` of whoever works there, on duty or not."""

    unit: int
    path: str
    region: str
    skills: frozenset[str]


@dataclass(frozen=True)
class Map:
    """The desks, and the provinces that units serve, by the units' paths."""

    desks: tuple[Desk, ...]
    regions: Mapping[str, str]

    def region(self, path: str) -> str:
        """The province that a unit of this path serves, or one above it; "" is all."""
        return self.regions[max(above, key=len)] if (above := [at for at in self.regions if path.startswith(at)]) else ""

    def below(self, paths: Iterable[str]) -> set[str]:
        """The provinces served at or below these units."""
        wanted = tuple(paths)
        return {region for path, region in self.regions.items() if path.startswith(wanted)}


def _map() -> Map:
    leads = dict(
        Unit.objects.filter(grants__role=roles.LEAD, grants__account__is_active=True, active=True).values_list("path", "pk").distinct()
    )
    rows = Staff.objects.unscoped("whom routing knows").filter(
        account__is_active=True, account__grants__role__in=(roles.AGENT, roles.EXPERT)
    )
    skills: dict[str, set[str]] = {}
    for row in rows.select_related("account__unit").prefetch_related("skills__skill").distinct():
        above = [path for path in leads if row.account.unit.path.startswith(path)]
        if above:
            skills.setdefault(max(above, key=len), set()).update(held.skill.key for held in row.skills.all())
    served = Map((), _regions())
    desks = (Desk(leads[path], path, served.region(path), frozenset(known)) for path, known in sorted(skills.items()))
    return replace(served, desks=tuple(desks))


responsible: Kept[Map] = Kept("roster", _map)


def open_cases(account: int | None = None, path: str | None = None) -> int:
    """How many open cases somebody answers for, or lie at or below a unit: a number alone, for who plans the work."""
    rows = Case.objects.unscoped("a number alone").filter(is_open=True)
    rows = rows.filter(owner_id=account) if account is not None else rows
    return (rows.filter(unit_path__startswith=path) if path is not None else rows).count()


def staff(actor: Actor) -> QuerySet[Staff]:
    """The visible members of staff with account and unit."""
    return Staff.objects.visible_to(actor).select_related("account__unit").order_by("account__unit__path", "account__name")


def colleague(actor: Actor, pk: int) -> Account | None:
    """An active member of staff who belongs to a unit."""
    return Account.objects.select_related("unit").filter(pk=pk, is_active=True, kind="staff", unit__isnull=False).first()


def colleagues(actor: Actor) -> list[Account]:
    """The active colleagues whom the actor sees, with their units: at most 200, in the order of the organisation."""
    return [row.account for row in staff(actor)[:200] if row.account.is_active]


def company_of(actor: Actor) -> int:
    """The id of the actor's company (head office, province, station, dealer): their unit, or the nearest above it that is no team or
    department of one; 0 for whoever has no unit. One statement."""
    ids = [int(part) for part in actor.unit_path.split(".") if part]
    companies = Unit.objects.filter(pk__in=ids).exclude(kind__in=("team", "department"))
    return companies.order_by("-path").values_list("pk", flat=True).first() or 0


def units_below(actor: Actor) -> QuerySet[Unit]:
    """The units at or below those where the actor holds a post, in the order of the tree."""
    found = Q(pk__in=())
    for path in {path for _role, path in actor.grants}:
        found |= Q(path__startswith=path)
    return Unit.objects.filter(found if actor.kind == "staff" else Q() if actor.kind == "system" else Q(pk__in=())).order_by("path")


# What the verbs of a history are called; modules above add theirs.
VERBS: dict[str, Any] = {
    "amend": _("修改资料"), "add_phone": _("添加电话"), "add_address": _("添加地址"), "add_email": _("添加邮箱"),
    "merge": _("合并客户"), "split": _("撤销合并"), "write": _("发送消息"), "erase": _("删除个人信息"), "add_contact": _("添加联系人"),
    "prefer": _("设为首选"), "drop": _("删除联系方式"), "hire": _("入职"), "invite": _("发出邀请"), "grant": _("授予岗位"),
    "revoke": _("撤销岗位"), "retire": _("离职"), "update_staff": _("修改资料"), "set_skills": _("调整技能"),
    "set_duty": _("变更在岗"), "create_unit": _("新建单位"), "update_unit": _("修改单位"), "move_unit": _("移动单位"),
    "issue_token": _("签发令牌"), "revoke_token": _("撤销令牌"),
}  # fmt: skip


def told(subject: str, *also: str, most: int = 20) -> list[tuple[Change, Any]]:
    """The latest changes of a subject, and of others that are the same person, each with what its verb is called; of what was written
    down at both, the one line."""
    lines = {(line.verb, line.data["merge"]) if "merge" in line.data else line.pk: line for line in history(subject, *also)[: 2 * most]}
    return [(line, VERBS.get(line.verb, line.verb)) for line in list(lines.values())[:most]]


def history(*subjects: str) -> QuerySet[Change]:
    """What was changed of these subjects ("party.customer:17"), latest first; who asks has reached them before."""
    return Change.objects.unscoped("asked through a subject that was visible").filter(subject__in=subjects).order_by("-pk")


def token_verbs() -> tuple[tuple[str, str], ...]:
    """Every verb that somebody else than the system and the customer may do, as (process.verb, label)."""
    return tuple(
        (f"{process.key}.{verb.key}", f"{process.label}·{verb.label}")
        for process in registry.processes()
        for verb in process.transitions
        if set(verb.may) - {roles.SYSTEM, roles.CUSTOMER}
    )


def tokens(account: Account) -> list[dict[str, Any]]:
    """The tokens of an account as its page shows them, those in force first."""
    at, labels = now(), dict(token_verbs())
    rows = [
        {
            "token": t,
            "verbs": [labels.get(verb, verb) for verb in t.verbs],
            "over": bool(t.revoked_at or (t.expires_at and t.expires_at <= at)),
        }
        for t in account.tokens.order_by("-pk")[:50]
    ]
    return sorted(rows, key=lambda row: bool(row["over"]))
