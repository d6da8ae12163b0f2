"""Everybody who may ask: each as a browser or a program, with the worlds that they may see."""

from __future__ import annotations

from django.test import Client

from tests import cast
from tests.access.worlds import World
from tests.portal.visitor import Visitor
from tests.portal.visitor import ticket as ticket_of
from xiuhao.kernel import accounts
from xiuhao.kernel.models import Account

STAFF = (
    "agent", "colleague", "lead", "expert", "dispatcher", "engineer", "dealer", "quality", "finance", "warehouse", "manager", "auditor",
    "admin", "outsider",
)  # fmt: skip
# The posts of a factory: what a rule does not say of them is as for the `warehouse`. The first three try every address, the others
# only what the modules of the regulation of complaints offer (routes.py), which is where they differ.
THOROUGH = ("office", "sales", "director")
BRIEF = ("sales_head", "production", "research", "deputy", "region", "personnel")
DEPARTMENTS = (*THOROUGH, *BRIEF)
PROGRAMS = ("token", "token_engineer", "token_manager", "token_outsider", "token_narrow")
CUSTOMERS = ("link", "link_elsewhere", "proven", "proven_elsewhere")
NOBODIES = ("anonymous", "disabled", "token_disabled")
OTHERS = (*STAFF, *PROGRAMS, *CUSTOMERS, *NOBODIES)
EVERYBODY = (*OTHERS, *DEPARTMENTS)
# Who may see what is written in a case: of the first world, of the second.
INSIDERS = frozenset(
    {
        "agent", "colleague", "lead", "expert", "dispatcher", "quality", "finance", "manager", "auditor", "token", "token_manager",
        "token_narrow",
    }
)  # fmt: skip
OUTSIDERS = frozenset({"outsider", "quality", "finance", "manager", "auditor", "token_outsider", "token_manager"})
OUTSIDE = "203.0.113.9"  # nobody's loopback: what is for the operator alone stays shut
OWNERS = ({"agent"}, {"outsider"})  # of the personal things
KEEPERS = ({"manager"}, {"admin"})  # of what only those who keep the house bring in, each their own


def enter(who: str, own: World, foreign: World) -> Client:
    """Their browser or program."""
    if who in (*STAFF, *DEPARTMENTS):
        return _desk(who)
    if who.startswith("token"):
        return _program(who)
    if who.startswith(("link", "proven")):
        return _customer(who, foreign if who.endswith("elsewhere") else own)
    client = Client(REMOTE_ADDR=OUTSIDE)
    if who == "disabled":
        client = _desk("agent")
        Account.objects.filter(login="agent").update(is_active=False)
    return client


def _desk(login: str) -> Client:
    client = Client(REMOTE_ADDR=OUTSIDE)
    client.force_login(cast.account(login), backend="xiuhao.kernel.login.Backend")
    return client


def _program(who: str) -> Client:
    login = {"token_engineer": "engineer", "token_manager": "manager", "token_outsider": "outsider"}.get(who, "agent")
    verbs = ["ticket.note"] if who == "token_narrow" else None
    _token, raw = accounts.issue_token(cast.account(login), "test", verbs=verbs)
    if who == "token_disabled":
        Account.objects.filter(login="agent").update(is_active=False)
    return Client(REMOTE_ADDR=OUTSIDE, headers={"authorization": f"Bearer {raw}"})


def _customer(who: str, world: World) -> Client:
    """Somebody who has opened the tracking link, or has proven the number as well."""
    visitor = Visitor(OUTSIDE)
    link = f"/portal/track/{world.values['track']}"
    assert visitor.client.get(link).status_code == 200
    if who.startswith("proven"):
        visitor.prove(ticket_of(world.values["number"]))
    return visitor.client
