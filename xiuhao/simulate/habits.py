"""What people set up for themselves and agree with customers: macros, saved views, tiers that end or rise, consents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from xiuhao.contract import actions as contracts
from xiuhao.kernel import outbox
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.accounts import actor_of
from xiuhao.kernel.time import local, now, simulated
from xiuhao.party import actions as party
from xiuhao.party.models import PURPOSES, Consent
from xiuhao.simulate.clientele import Household
from xiuhao.simulate.company import Company
from xiuhao.simulate.errands import house
from xiuhao.ticket.models import Macro
from xiuhao.ui.models import SavedView

SOON = (3, 6, 9, 14, 18, 22, 27)  # days until tiers end of those whom somebody has to call
OVER = (4, 12)  # days since others ended, not renewed
AGREED = {"revisit": 0.62, "marketing": 0.24}  # shares of customers who were asked and said yes
ASKED, TAKEN_BACK = 0.55, 0.06  # shares of customers who were asked; who thought better of it


def settle_in(company: Company) -> None:
    """Macros and saved views, one's own and shared."""
    for name, login, shared, steps in house()["macros"]:
        account = company.people[login]
        actor = actor_of(account.pk)
        Macro.objects.visible_to(actor).create(account_id=account.pk, name=name, shared_id=account.unit_id if shared else None, steps=steps)
    for place, (process, name, login, shared, role, starred, query) in enumerate(house()["views"]):
        account = company.people[login]
        SavedView.objects.visible_to(actor_of(account.pk)).create(
            account_id=account.pk, process=process, name=name, query=query, shared_unit_id=account.unit_id if shared else None,
            shared_role=role, starred=starred, position=place + 1,
        )  # fmt: skip


def agree(households: Sequence[Household], agent: Actor, rng: Random) -> None:
    """Consents by purpose as customers gave them, some of them taken back since. One statement."""
    rows = []
    for home in households:
        if rng.random() >= ASKED:
            continue
        way, taken = rng.choice(("phone", "phone", "store", "web")), rng.random() < TAKEN_BACK
        for purpose in (key for key, _label in PURPOSES if key != outbox.SERVICE):
            given = rng.random() < AGREED[purpose]
            rows.append(party.consent_line(agent, home.customer, purpose, given, way))
            if given and taken:
                rows.append(party.consent_line(Actor(kind="customer", customer=home.customer), home.customer, purpose, False, "portal"))
    Consent.objects.visible_to(SYSTEM).bulk_create(rows)


def tiers(company: Company, households: Sequence[Household], seller: Actor, rng: Random, end: datetime) -> None:
    """Tiers sold a year before that end soon or have ended, and some that were raised in the last days."""
    chosen = rng.sample([home for home in households if home.devices], len(SOON) + len(OVER) + 3)
    manager, today = company.people["agent8"].pk, local(end).date()
    for place, days in enumerate((*SOON, *(-days for days in OVER))):
        until = today + timedelta(days=days)
        tier = "advanced" if place % 3 == 1 else "intermediate"
        contracts.sell(
            SYSTEM, chosen.pop().customer, tier, industry="appliance", since=until - timedelta(days=365), until=until,
            manager=manager if tier == "advanced" else None,
        )  # fmt: skip
    for home, days in zip(chosen, (5, 3, 1), strict=True):
        sold = contracts.sell(SYSTEM, home.customer, "intermediate", industry="appliance", until=local(now()).date() + timedelta(days=300))
        with simulated(end - timedelta(days=days, hours=3)):
            until = local(now()).date() + timedelta(days=730)
            contracts.change(seller, sold.pk, tier=rng.choice(("advanced", "vip")), until=until, manager=manager)
