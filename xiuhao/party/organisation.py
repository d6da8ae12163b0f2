"""The organisation's verbs: units are made and moved, people hired, given posts, retired. Each is written down (`Change`).

Who holds ADMIN or MANAGER at a unit may do them at and below it; nobody for themselves. Offered to others by `actions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from allauth.usersessions.models import UserSession
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from xiuhao.kernel import accounts, facts, invitations, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import clean_text, normalise_phone
from xiuhao.kernel.models import Account, Grant, Invitation, Token, Unit
from xiuhao.kernel.policy import moved
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.party.models import LANGUAGES, Change, Skill, Staff, StaffSkill
from xiuhao.party.queries import ORGANISATION_KEEPERS, open_cases

SKILLS = Path(__file__).with_name("skills.yaml")
ONLY_BY_ADMIN = frozenset({roles.ADMIN, roles.AUDITOR})


@dataclass(frozen=True)
class Hired:
    """A new member of staff and the token of their invitation, which is shown once and kept nowhere."""

    account: Account
    staff: Staff
    token: str


def note(actor: Actor, verb: str, subject: str, reason: str = "", **data: Any) -> None:
    """Write down a change; `data` never holds personal data. A change of people or units is a change of the roster too."""
    if subject.startswith("kernel."):
        moved("roster")
    Change.objects.unscoped("writing history").create(
        at=now(), actor_id=actor.id, actor_name=actor.name[:60], verb=verb, subject=subject, data=data, reason=clean_text(reason, 200)
    )


def _keeps(actor: Actor, path: str, *wanted: str) -> None:
    if actor.kind != "system" and not actor.holds(*(wanted or ORGANISATION_KEEPERS), path=path):
        raise Refused("not_allowed", {}, status=403)


def _keeps_person(actor: Actor, account: Account) -> None:
    """The account's unit and every post it holds must be the actor's to give: who may reset a password could else borrow a power."""
    _keeps(actor, account.unit.path)
    for held in account.grants.select_related("unit"):
        _keeps(actor, held.unit.path, *_givers(held.role))


def _givers(role: str) -> frozenset[str]:
    return frozenset({roles.ADMIN}) if role in ONLY_BY_ADMIN else ORGANISATION_KEEPERS


# Units


def _free_tree() -> None:
    """Wait for other changes of the tree and keep them out until the commit; readers go on."""
    with connection.cursor() as cursor:
        cursor.execute("lock table kernel_unit in share row exclusive mode")


@transaction.atomic
def create_unit(
    actor: Actor, *, name: str, kind: str, parent: Unit | None = None, name_en: str = "", zone: str = "Asia/Shanghai", region: str = ""
) -> Unit:
    """A unit below `parent`; without one the root, of which there is one. Refused root_exists, zone_unknown, name_missing."""
    _keeps(actor, parent.path if parent else "")
    _free_tree()
    if parent is None and Unit.objects.filter(parent=None).exists():
        raise Refused("root_exists", {}, status=422)
    above = Unit.objects.get(pk=parent.pk).path if parent else ""
    unit = Unit(kind=kind, parent=parent, **_unit_fields(name=name, name_en=name_en, zone=zone, region=region))
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('kernel_unit', 'id'))")
        unit.pk = cursor.fetchone()[0]
    unit.path = f"{above}{unit.pk}."
    unit.save(force_insert=True)
    note(actor, "create_unit", f"kernel.unit:{unit.pk}", parent=unit.parent_id)
    return unit


def _unit_fields(**given: Any) -> dict[str, Any]:
    found = {key: clean_text(value, {"name": 80, "name_en": 80}.get(key, 40)) for key, value in given.items() if isinstance(value, str)}
    if "name" in found and not found["name"]:
        raise Refused("name_missing", {}, status=422)
    if "zone" in found and found["zone"] not in available_timezones():
        raise Refused("zone_unknown", {"zone": found["zone"]}, status=422)
    return {**given, **found}


@transaction.atomic
def update_unit(actor: Actor, unit: Unit, **fields: Any) -> Unit:
    """Change name, name_en, kind, zone, region or active. A unit with active people or units below it stays active."""
    _keeps(actor, unit.path)
    fields = _unit_fields(**fields)
    if fields.get("active") is False:
        below = Q(unit__path__startswith=unit.path, is_active=True)
        if Account.objects.filter(below).exists() or unit.children.filter(active=True).exists():
            raise Refused("unit_in_use", {"unit": unit.name})
    changed = {key: value for key, value in fields.items() if getattr(unit, key) != value}
    for key, value in changed.items():
        setattr(unit, key, value)
    if changed:
        unit.save(update_fields=list(changed))
        note(actor, "update_unit", f"kernel.unit:{unit.pk}", **changed)
    return unit


# Every column that repeats a unit's path; a move rewrites them all. Closed cases move too: a station keeps seeing its own past.
PATHS = (("kernel_unit", "path"), ("kernel_case", "unit_path"), ("kernel_case", "origin_path"), ("kernel_caseask", "to_path"))


@transaction.atomic
def move_unit(actor: Actor, unit: Unit, to: Unit, reason: str = "") -> Unit:
    """Hang a branch under another unit: paths of its units, their cases and asks are rewritten in this one transaction.

    Refused unit_into_itself for a place inside the branch, root_stays for the root. The actor keeps both ends.
    """
    _free_tree()
    before = Unit.objects.get(pk=unit.pk).path
    with connection.cursor() as cursor:  # the cases before the units, as every verb does: nobody waits in a ring
        found = "select 1 from kernel_case where unit_path like %s or origin_path like %s order by id for no key update"
        cursor.execute(found, [before + "%"] * 2)
    branch = list(Unit.objects.select_for_update().filter(path__startswith=before).order_by("pk"))
    moved = next(u for u in branch if u.pk == unit.pk)
    target = Unit.objects.get(pk=to.pk)
    _keeps(actor, moved.path)
    _keeps(actor, target.path)
    if moved.parent_id is None:
        raise Refused("root_stays", {"unit": moved.name}, status=422)
    if target.path.startswith(moved.path):
        raise Refused("unit_into_itself", {"unit": moved.name, "to": target.name}, status=422)
    old, new = moved.path, f"{target.path}{moved.pk}."
    Unit.objects.filter(pk=moved.pk).update(parent=target)
    with connection.cursor() as cursor:
        for table, column in PATHS:
            cursor.execute(
                f"update {table} set {column} = %s || substr({column}, %s) where {column} like %s",  # noqa: S608 - our own names
                [new, len(old) + 1, old + "%"],
            )
    note(actor, "move_unit", f"kernel.unit:{moved.pk}", reason, before=old, after=new)
    moved.refresh_from_db()
    return moved


# People


@transaction.atomic
def hire(
    actor: Actor,
    *,
    login: str,
    name: str,
    unit: Unit,
    email: str = "",
    posts: Sequence[tuple[str, Unit]] = (),
    post: str = "",
    phone: str = "",
    skills: Mapping[str, int] | None = None,
    languages: Sequence[str] = ("cmn",),
    max_load: int = 20,
    language: str = "zh-hans",
) -> Hired:
    """An account without a password, its staff row, posts (role, unit) and skills (key → level), and an invitation.

    Refused login_taken, name_missing, skill_unknown, and what `grant` refuses.
    """
    _keeps(actor, unit.path)
    login, name = clean_text(login, 60).lower(), clean_text(name, 60)
    if not login or not name:
        raise Refused("name_missing", {}, status=422)
    account = Account(login=login, name=name, unit=unit, email=clean_text(email, 200), language=language, created_at=now())
    account.set_unusable_password()
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError:
        raise Refused("login_taken", {"login": login}, status=422) from None
    staff = Staff(account=account, on_duty=True)
    _fill(staff, post=post, phone=phone, languages=languages, max_load=max_load)
    staff.save(force_insert=True)
    _learn(staff, skills or {})
    note(actor, "hire", f"kernel.account:{account.pk}", unit=unit.pk)
    for role, at in posts:
        grant(actor, account, role, at)
    return Hired(account, staff, invite(actor, account))


def _fill(staff: Staff, **fields: Any) -> None:
    """Cleaned fields of a staff row."""
    if "languages" in fields and (wrong := set(fields["languages"]) - {key for key, _label in LANGUAGES}):
        raise Refused("language_unknown", {"language": min(wrong)}, status=422)
    if fields.get("phone"):
        fields["phone"] = normalise_phone(fields["phone"])
    if not 0 <= fields.get("max_load", 0) <= 1000:
        raise Refused("out_of_range", {"label": _("最多在办"), "least": 0, "most": 1000}, status=422)
    for key, value in fields.items():
        setattr(staff, key, clean_text(value, 60) if key == "post" else list(value) if key == "languages" else value)


def _learn(staff: Staff, skills: Mapping[str, int]) -> None:
    known = {skill.key: skill for skill in Skill.objects.filter(key__in=skills)}
    if unknown := set(skills) - set(known):
        raise Refused("skill_unknown", {"skill": min(unknown)}, status=422)
    if any(level not in (1, 2, 3) for level in skills.values()):
        raise Refused("level_unknown", {}, status=422)
    staff.skills.all().delete()
    StaffSkill.objects.bulk_create(StaffSkill(staff=staff, skill=known[key], level=level) for key, level in skills.items())


def load_skills() -> int:
    """Add the shipped skills that are missing; how many. What somebody edited stays as it is."""
    rows = [Skill(key=key, zh=zh, en=en) for key, zh, en in facts.read(SKILLS)]
    before = Skill.objects.count()
    Skill.objects.bulk_create(rows, ignore_conflicts=True)
    return Skill.objects.count() - before


@transaction.atomic
def update_staff(actor: Actor, staff: Staff, **fields: Any) -> Staff:
    """Change post, phone, languages or max_load."""
    _keeps(actor, staff.account.unit.path)
    _fill(staff, **fields)
    staff.save()
    note(actor, "update_staff", f"kernel.account:{staff.pk}", fields=sorted(fields))
    return staff


@transaction.atomic
def set_skills(actor: Actor, staff: Staff, skills: Mapping[str, int]) -> None:
    """Skill key → level 1 to 3; what is not named is taken away. Team leads may do this too."""
    _keeps(actor, staff.account.unit.path, *ORGANISATION_KEEPERS, roles.LEAD)
    _learn(staff, skills)
    note(actor, "set_skills", f"kernel.account:{staff.pk}", skills=dict(skills))


@transaction.atomic
def set_duty(actor: Actor, staff: Staff, on_duty: bool) -> None:
    """On duty or off: who is off is given no new work. One's own, or by a lead."""
    if actor.id != staff.pk:
        _keeps(actor, staff.account.unit.path, *ORGANISATION_KEEPERS, roles.LEAD)
    Staff.objects.unscoped("checked above").filter(pk=staff.pk).update(on_duty=on_duty)
    note(actor, "set_duty", f"kernel.account:{staff.pk}", on_duty=on_duty)


@transaction.atomic
def invite(actor: Actor, account: Account) -> str:
    """A token with which this account sets its password, once, in time (`kernel.invitations`); earlier ones no longer hold."""
    _keeps_person(actor, account)
    if not account.is_active:
        raise Refused("account_retired", {"name": account.name})
    note(actor, "invite", f"kernel.account:{account.pk}")
    return invitations.invite(account, actor.id)


@transaction.atomic
def grant(actor: Actor, account: Account, role: str, unit: Unit, since: datetime | None = None, until: datetime | None = None) -> Grant:
    """Give a role at a unit (again: with new dates). Nobody for themselves; ADMIN and AUDITOR only by an ADMIN above the unit."""
    _keeps(actor, account.unit.path)
    _may_give(actor, account.pk, role, unit)
    if since and until and until <= since:
        raise Refused("until_before_since", {}, status=422)
    made, _new = Grant.objects.update_or_create(account=account, role=role, unit=unit, defaults={"since": since, "until": until})
    note(actor, "grant", f"kernel.account:{account.pk}", role=role, unit=unit.pk, since=since, until=until)
    return made


@transaction.atomic
def revoke(actor: Actor, held: Grant) -> None:
    """Take a role away, at once."""
    _keeps(actor, held.account.unit.path)
    _may_give(actor, held.account_id, held.role, held.unit)
    note(actor, "revoke", f"kernel.account:{held.account_id}", role=held.role, unit=held.unit_id)
    held.delete()


def _may_give(actor: Actor, account: int, role: str, unit: Unit) -> None:
    if role not in roles.GRANTED:
        raise Refused("role_unknown", {"role": role}, status=422)
    if actor.kind == "staff" and actor.id == account:
        raise Refused("not_for_oneself", {}, status=403)
    _keeps(actor, unit.path, *_givers(role))


@transaction.atomic
def issue_token(actor: Actor, account: Account, *, label: str, verbs: Sequence[str] = (), expires_at: datetime | None = None) -> str:
    """An API token of this account, limited to `verbs` ("ticket.receive") if any; its text, which is kept nowhere.

    Who may issue one is who may invite: it lends every post of the account. Refused not_for_oneself, account_retired, token_past,
    name_missing.
    """
    _keeps_person(actor, account)
    if actor.kind == "staff" and actor.id == account.pk:
        raise Refused("not_for_oneself", {}, status=403)
    if not account.is_active:
        raise Refused("account_retired", {"name": account.name})
    if expires_at and expires_at <= now():
        raise Refused("token_past", {}, status=422)
    if not (label := clean_text(label, 80)):
        raise Refused("name_missing", {}, status=422)
    token, raw = accounts.issue_token(account, label, verbs=sorted(verbs), expires_at=expires_at)
    note(actor, "issue_token", f"kernel.account:{account.pk}", token=token.pk, verbs=token.verbs, until=expires_at)
    return raw


@transaction.atomic
def revoke_token(actor: Actor, token: Token) -> None:
    """End an API token with this commit; one that is over already stays as it is, and nothing is written."""
    _keeps_person(actor, token.account)
    if accounts.revoke_token(token):
        note(actor, "revoke_token", f"kernel.account:{token.account_id}", token=token.pk)


@transaction.atomic
def retire(actor: Actor, account: Account, reason: str = "") -> int:
    """Somebody leaves: no log-in, sessions, tokens, posts or invitations any more with this commit (hostile A5, L4).

    Their cases stay theirs until somebody assigns them anew; the number of open ones is returned. Refused not_for_oneself.
    """
    _keeps_person(actor, account)
    if actor.kind == "staff" and actor.id == account.pk:
        raise Refused("not_for_oneself", {}, status=403)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    account.is_active = False
    Token.objects.filter(account=account, revoked_at=None).update(revoked_at=now())
    Invitation.objects.filter(account=account, used_at=None, expires_at__gt=now()).update(expires_at=now())
    account.grants.all().delete()
    Staff.objects.unscoped("checked above").filter(account=account).update(on_duty=False)
    end_sessions(account)
    note(actor, "retire", f"kernel.account:{account.pk}", reason)
    return open_cases(account.pk)


def end_sessions(account: Account) -> int:
    """End every log-in of an account, now; how many there were."""
    found = list(UserSession.objects.filter(user=account))
    for session in found:
        session.end()
    return len(found)
