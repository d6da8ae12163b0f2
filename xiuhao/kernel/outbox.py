"""What a step leaves to be done after its commit: notices and reactions. Rows only; `kernel.dispatcher` does them.

Who a notice reaches is found out when it is sent: `recipients` asks what is registered for the role, and for granted roles the
holders nearest to the case, up the organisation. What would go to an owner goes to the nearest lead while nobody owns the case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q

from xiuhao.kernel import registry, roles
from xiuhao.kernel.crypto import blind
from xiuhao.kernel.models import Account, Case, CaseAsk, Grant, Outbox
from xiuhao.kernel.process import Notice
from xiuhao.kernel.rows import new
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now

UNDO = 10  # seconds for which the notices of a verb with an inverse wait


@dataclass(frozen=True)
class Recipient:
    """Somebody to be told: an account (its inbox, and its mail where it has one), or an outside `address` on a `channel`.

    `masked` is the address as it may be shown; `link` leads this recipient to the case (empty: the staff page).
    """

    account: int | None = None
    channel: str = "inbox"
    address: str = ""
    masked: str = ""
    name: str = ""
    language: str = "zh-hans"
    link: str = ""

    @property
    def key(self) -> str:
        """Tells recipients of one notice apart, without their address."""
        who = self.account if self.account is not None else blind(self.address, where="kernel.recipient").hex()
        return f"{who}:{self.channel}"


SERVICE = "service"  # what a notice is for unless it says otherwise: the work that was asked for
Permission = Callable[[int | None, str], bool]  # (customer, purpose)
_permissions: list[Permission] = []


def permit(by: Permission) -> None:
    """Register who knows whether a customer has agreed to a purpose; every one registered must say yes."""
    _permissions.append(by)


def permitted(customer: int | None, purpose: str) -> bool:
    """True if a message for this purpose may go to this customer. Nothing but service goes where nobody can say."""
    return purpose == SERVICE or (bool(_permissions) and all(says(customer, purpose) for says in _permissions))


Resolver = Callable[[Sequence[Case]], Mapping[int, Sequence[Recipient]]]  # those whom it tells, by the key of the case
_resolvers: dict[str, Resolver] = {}


def reach(role: str, by: Resolver) -> None:
    """Register who a role is (the party module says who the customer is); the latest registration counts."""
    _resolvers[role] = by


def effects(step: Step, *, hold: int = 0, quiet: bool = False) -> list[Outbox]:
    """The rows of a step whose line is written: reactions, and its notices unless `quiet`.

    Notices wait `hold` seconds; those of a verb that can be undone at least ten, and are dropped if it was.
    """
    verb = step.transition
    rows = _reactions(step, verb.key)
    if quiet:
        return rows
    wait = max(hold, UNDO if verb.inverse else 0)
    sent = [n for n in verb.notify if n.sent(step)]
    rows += [_row(step, "notice", f"notice:{n.template}", wait, template=n.template, to=sorted(n.to), **_purpose(n)) for n in sent]
    return rows


def _purpose(notice: Notice) -> dict[str, str]:
    return {} if notice.purpose == SERVICE else {"purpose": notice.purpose}


def fired(step: Step) -> list[Outbox]:
    """The rows of a clock's level (`step` as the scheduler made it): reactions to `clock.<key>.<level>`, who is told."""
    level = step.facts.get("level")
    rows = _reactions(step, f"clock.{step.facts['clock']}.{level}") if level else []
    to = step.facts.get("to") or ()
    to = [to] if isinstance(to, str) else sorted(to)
    if to:
        rows.append(_row(step, "notice", f"notice:{step.transition.key}", 0, template=step.transition.key, to=to))
    return rows


def _reactions(step: Step, verb: str) -> list[Outbox]:
    rows, elsewhere = [], f"{step.process.key}.{verb}"
    for process in registry.processes():
        own = process is step.process
        followed = verb if own else elsewhere
        for index, reaction in enumerate(process.reactions):
            if reaction.verb == followed:
                whose = {} if own else {"of": process.key}
                rows.append(_row(step, "reaction", f"reaction:{'' if own else f'{process.key}.'}{index}", 0, index=index, **whose))
    return rows


def react(row: Outbox) -> None:
    """Do what the row of a reaction stands for, on the case whose verb it follows."""
    assert row.case is not None
    registry.process(row.body.get("of") or row.case.process).reactions[row.body["index"]].then(row.case)


def _row(step: Step, kind: str, effect: str, wait: int, **body: Any) -> Outbox:
    assert step.line is not None
    at = now() + timedelta(seconds=wait)
    return new(
        Outbox, kind=kind, case_id=step.case.pk, body={"line": step.line.pk, **body}, effect_key=f"{step.line.pk}:{effect}", not_before=at
    )


def recipients(role: str, cases: Sequence[Case]) -> Mapping[int, Sequence[Recipient]]:
    """Who that role is for each of these cases now, by the key of the case; nothing for a case where nobody is."""
    if role in _resolvers:
        return _resolvers[role](cases)
    known: dict[tuple[int, ...], list[Recipient]] = {}
    near: dict[str, list[int]] = {}
    asked = _asked(cases) if role == roles.ASKED else {}
    found = {}
    for case in cases:
        if role == roles.OWNER and case.owner_id:
            ids = [case.owner_id]
        elif role == roles.ASKED:
            ids = asked.get(case.pk, [])
        else:
            if case.unit_path not in near:
                near[case.unit_path] = in_charge(roles.LEAD, case.unit_path) if role == roles.OWNER else nearest(role, case.unit_path)
            ids = near[case.unit_path]
        key = tuple(sorted(set(ids)))
        if key not in known:
            known[key] = accounts(ids)
        found[case.pk] = known[key]
    return found


def accounts(ids: Iterable[int]) -> list[Recipient]:
    """The inboxes of these accounts, and their mail; somebody who is away is told together with their deputy."""
    at = now()
    wanted = set(ids)
    away = Q(deputises__account__in=wanted, deputises__since__lte=at, deputises__until__gt=at)
    found: list[Recipient] = []
    for account in Account.objects.filter(Q(pk__in=wanted) | away, is_active=True).distinct().order_by("pk") if wanted else ():
        told = Recipient(account=account.pk, name=account.name, language=account.language)
        found.append(told)
        if account.email and account.preferences.get("mail", False):
            found.append(Recipient(account.pk, "email", account.email, masked_mail(account.email), account.name, account.language))
    return found


def masked_mail(address: str) -> str:
    """`zhang@example.com` as `z***@example.com`."""
    name, _at, host = address.partition("@")
    return f"{name[:1]}***@{host}"


def in_charge(role: str, path: str, *but: int | None) -> list[int]:
    """The nearest holders of a role; where there is none other than `but`, those of the next higher one."""
    return next(filter(None, (nearest(one, path, *but) for one in (role, *roles.above(role)))), [])


def nearest(role: str, path: str, *but: int | None) -> list[int]:
    """The active holders of a granted role, other than `but`, at the unit of this path, else at the closest unit above it that has any."""
    above = [path[: i + 1] for i, sign in enumerate(path) if sign == "."]
    held = Grant.in_force().filter(role=role, unit__path__in=above)
    held = held.exclude(account_id__in=spared) if (spared := [who for who in but if who is not None]) else held
    by_path: dict[str, list[int]] = {}
    for account, unit in held.values_list("account_id", "unit__path"):
        by_path.setdefault(unit, []).append(account)
    return by_path[max(by_path, key=len)] if by_path else []


def _asked(cases: Iterable[Case]) -> dict[int, list[int]]:
    """Who is to answer the open asks of each case: never who asked, nor who has agreed as another post."""
    found: dict[int, list[int]] = {}
    for ask in CaseAsk.objects.filter(case__in=[case.pk for case in cases], outcome=""):
        ids = [ask.to_account_id] if ask.to_account_id else in_charge(ask.to_role, ask.to_path, ask.asked_by, *ask.barred)
        found.setdefault(ask.case_id, []).extend(ids)
    return found
