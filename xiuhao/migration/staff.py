"""Staff from a sheet: every new log-in is hired as by hand, by whom may; one who is there already is filled in where empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from xiuhao.kernel import roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import clean_text, mask_email, mask_name, mask_phone, normalise_phone
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _
from xiuhao.migration.models import SheetRun
from xiuhao.migration.subject import Column, Piece, Rows, Subject, Units, labels
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.models import Skill, Staff
from xiuhao.ui.cells import plain

BETWEEN = re.compile(r"[、,，;；/\n]+")
FIELD = {"login_taken": "login", "name_missing": "name", "role_unknown": "roles", "skill_unknown": "skills", "level_unknown": "skills"}


def _roles() -> list[tuple[Any, Any]]:
    return [(key, label) for key, label in roles.GRANTED.items()]


def _skills() -> list[tuple[Any, Any]]:
    return [(skill.key, skill) for skill in Skill.objects.order_by("pk")]


COLUMNS = (
    Column("login", _("登录名"), ("工号", "账号", "用户名", "user"), True, "wangfang"),
    Column("name", _("姓名"), ("员工姓名", "员工"), True, "王芳", mask=mask_name),
    Column("unit", _("单位"), ("部门", "所属单位", "归属单位", "班组", "department"), True, "客服中心", 18),
    Column("roles", _("岗位"), ("角色", "role"), True, "客服代表", 22, offered=_roles),
    Column("skills", _("技能"), ("技能组", "skill"), example="制冷维修:2、空调维修", width=30, offered=_skills),
    Column("email", _("邮箱"), ("电子邮件", "e-mail", "mail"), example="wangfang@example.com", width=24, mask=mask_email),
    Column("phone", _("手机"), ("电话", "手机号", "联系电话", "mobile"), example="13800138000", width=16, mask=mask_phone),
    Column("post", _("职务"), ("职位", "title")),
)
BY_KEY = {column.key: column for column in COLUMNS}
MUST = [(column.key, column.label) for column in COLUMNS if column.must]


class Reader:
    """Understands rows; what it cannot is noted in `found`, column by column."""

    def __init__(self, actor: Actor, found: Piece) -> None:
        self.actor, self.found, self.units = actor, found, Units(actor)
        self.offered = {key: labels(BY_KEY[key]) | {plain(str(k)): k for k, _label in offer()} for key, offer in OFFERS.items()}

    def row(self, number: int, given: Mapping[str, str]) -> dict[str, Any] | None:
        """What `hire` takes, None if something of it is wrong."""
        read = self.found.read(number, given, self.value, MUST)
        if number in self.found.faults:
            return None
        posts = [(role, read["unit"]) for role in read.pop("roles")]
        return {**read, "posts": posts}

    def value(self, key: str, text: str) -> Any:
        """A cell in its own type. Raises Refused (422)."""
        label = str(BY_KEY[key].label)
        match key:
            case "unit":
                return self.units.find(text)
            case "roles":
                return [self.one(key, part) for part in BETWEEN.split(text) if part.strip()]
            case "skills":
                parts = [part.replace("：", ":").partition(":") for part in BETWEEN.split(text) if part.strip()]
                return {self.one(key, name): _level(level) for name, _colon, level in parts}
            case "phone":
                return normalise_phone(text)
            case "email":
                try:
                    validate_email(text)
                except ValidationError:
                    raise Refused("email_invalid", {}, status=422) from None
                return text
        return clean_text(text, 60, label=label).lower() if key == "login" else clean_text(text, 60, label=label)

    def one(self, key: str, text: str) -> str:
        """One of what is offered."""
        if (found := self.offered[key].get(plain(text))) is None:
            raise Refused("role_unknown" if key == "roles" else "skill_unknown", {"role": text[:40], "skill": text[:40]}, status=422)
        return str(found)


OFFERS = {"roles": _roles, "skills": _skills}


def _level(text: str) -> int:
    if text.strip() not in ("", "1", "2", "3"):
        raise Refused("level_unknown", {}, status=422)
    return int(text.strip() or 1)


def _each(actor: Actor, rows: Rows) -> Piece:
    """Hire who is new, fill in who is known; a row that is refused leaves nothing. The caller's transaction keeps it or takes it back."""
    found = Piece()
    reader = Reader(actor, found)
    there = set(Account.objects.filter(login__in=[given.get("login", "").lower() for _n, given in rows]).values_list("login", flat=True))
    seen = {row.account.login: row for row in people.staff(actor).filter(account__login__in=there)}
    for number, given in rows:
        told = reader.row(number, given)
        if told is None:
            continue
        try:
            with transaction.atomic():
                if (known := seen.get(told["login"])) is not None:
                    _fill(actor, known, told)
                else:
                    party.hire(actor, **told)
        except Refused as why:
            found.fault(number, FIELD.get(why.code, "roles" if why.code == "not_allowed" else ""), why)
            continue
        found.known += known is not None
        found.made += known is None
    return found


def _fill(actor: Actor, known: Staff, told: Mapping[str, Any]) -> None:
    """What is not known of somebody yet; what is stays."""
    empty = {key: told[key] for key in ("post", "phone") if told.get(key) and not getattr(known, key)}
    if empty:
        party.update_staff(actor, known, **empty)
    if told.get("skills") and not known.skills.exists():
        party.set_skills(actor, known, told["skills"])


def check(actor: Actor, rows: Rows) -> Piece:
    """What would become of the rows: they are hired for good and all, and everything is taken back."""
    with transaction.atomic():
        found = _each(actor, rows)
        transaction.set_rollback(True)
    return found


def bring(actor: Actor, run: SheetRun, rows: Rows) -> Piece:
    """Hire the rows. Nobody is invited by it: whoever keeps them sends the invitation from their page."""
    return _each(actor, rows)


def same(given: Mapping[str, str]) -> str:
    """A log-in is one person."""
    return given.get("login", "").lower()


STAFF = Subject("staff", _("员工"), COLUMNS, 50, check, bring, same)
