"""Two worlds that must not touch: what a team in Zhejiang's desk knows, what a desk in Sichuan knows; and one that does not exist.

Each has one of everything that an address can name, and canaries: texts that only those who may see it may ever be sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from allauth.mfa.models import Authenticator

from tests import cast
from tests.pictures import photo
from tests.portal.visitor import Visitor, picture
from tests.tickets import receive
from xiuhao.accounts import actions as books
from xiuhao.billing import actions as billing
from xiuhao.billing import queries as bills
from xiuhao.billing.sums import Item
from xiuhao.contract import actions as contracts
from xiuhao.fieldwork.app.models import Handset, Sent
from xiuhao.kernel import accounts, engine, letters, policy
from xiuhao.kernel.crypto import seal
from xiuhao.kernel.models import Account, Attachment, Case, CaseClock, Grant, Message, Unit
from xiuhao.kernel.time import now
from xiuhao.migration import running, taking
from xiuhao.parts import actions as spares
from xiuhao.parts.models import Part
from xiuhao.party import actions as people
from xiuhao.party.models import Customer, Phone, Skill
from xiuhao.portal.models import Quarantined, QuarantinedPhoto
from xiuhao.product import actions as products
from xiuhao.product.models import Category, Model
from xiuhao.roster.models import Certificate, Leave
from xiuhao.ticket import importing, queries
from xiuhao.ui import bulk, drafts, exports
from xiuhao.ui.models import SavedView

NOBODY = 2**31 - 7
PERSONAL = ("notice", "run", "sheet", "draft", "view", "export")


@dataclass
class World:
    """What the addresses of one world name. `seen` are canaries of whoever sees the case, `personal` of one person, `sealed`
    of nobody: they leave masked; `kept` of the one who keeps the house for this world."""

    values: dict[str, Any]
    seen: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    case: Case | None = None
    cases: dict[str, Case] = field(default_factory=dict)  # of other processes, by their keys


def inhabited(name: str, login: str, unit: str, digit: str, keeper: str) -> World:
    """A case with its customer, device, tier, file, clock, notice, views, runs, colleague and unit, of one person's team."""
    phone, who = f"1391111000{digit}", cast.actor(login)
    sealed = (phone, f"金丝雀{name}先生", f"文三路{digit}77号")
    seen = (f"canary-text-{name}", f"canary-note-{name}", f"CANARY{name.upper()}{digit}")
    given = {"contact_name": sealed[1], "contact_phone": phone, "contact_address": f"浙江省杭州市西湖区{sealed[2]}", "description": seen[0]}
    case = receive(login, **given).case
    home = cast.unit(unit)
    Case.objects.unscoped("test").filter(pk=case.pk).update(owner=cast.account(login), unit=home, unit_path=home.path, state="in_progress")
    case.refresh_from_db()
    Customer.objects.unscoped("test").filter(pk=case.customer_id).update(unit=home)
    device = products.register_many(
        [products.Purchase(seen[2], category=Category.objects.get(key="fridge"), customer=case.customer_id, unit=home.pk)]
    )[0]
    fixing = products.record_repair(cast.actor("manager"), device, products.Visit("漏水", case.opened_at - timedelta(days=1)), uuid4())
    tier = contracts.sell(cast.actor("manager"), case.customer_id, "vip", since=date(2026, 1, 1))
    engine.perform("ticket", "note", actor=who, number=case.number, given={"text": seen[1], "photos": [photo(login)]})
    made = World({}, seen, sealed, tuple(f"canary-{what}-{login}" for what in PERSONAL), case=case)
    made.kept = (f"canary-case-{keeper}", f"canary-move-{keeper}", f"canary-file-{keeper}")
    made.values = {
        "number": case.number, "case": case.pk, "customer": case.customer_id, "device": device.pk, "tier": tier.pk, "repair": fixing.pk,
        "file": Attachment.objects.unscoped("test").filter(case=case).get().public_id, "free": photo(login, "blue"),
        "clock": CaseClock.objects.filter(case=case).first().pk,
        "phone_row": Phone.objects.unscoped("test").get(customer=case.customer_id).pk,
        "staff": cast.account(login).pk, "unit": home.pk, "grant": Grant.objects.get(account__login=login).pk,
        "track": queries.token(case), "text": seen[0], "serial": seen[2], "phone": phone, "on": f"ticket/{case.number}",
        **_asked(login, case),
        "draft": f"ticket:{case.number}:note", "notice": _notice(login, case), "token": _token(login), "held": _held(login, case),
        "place": spares.open_place("station", home).pk,
        **_runs(login, case), **_moves(keeper), **_money(login, case), **_roster(login),
    }  # fmt: skip
    made.values["subject"] = f"party.phone:{made.values['phone_row']}"
    return made


def _asked(login: str, case: Case) -> dict[str, Any]:
    """Two requests of the customer about their own data, one answered; somebody at their place; who was entered twice."""
    who, manager, customer = cast.actor(login), cast.actor("manager"), case.customer_id
    assert customer is not None
    numbers = []
    for _ in range(2):
        request = engine.perform("privacy", "ask", actor=who, given={"kind": "access", "customer": customer}).case.number
        engine.perform("privacy", "verify", actor=who, number=request, given={"proof": "id_card", "note": "核对原件"})
        numbers.append(request)
    engine.perform("privacy", "fulfil", actor=manager, number=numbers[1], given={"answer": "请下载"})
    twice = people.register(phone=f"1392222000{customer % 10}", unit=case.unit_id).pk
    merge = contracts.merge_customers(manager, customer, twice, "重复建档").pk
    return {"request": numbers[0], "answered": numbers[1], "contact": people.add_contact(who, customer, "金丝雀家人").pk, "merge": merge}


def _notice(login: str, case: Case) -> int:
    """A message in this person's inbox."""
    made = Message.objects.create(
        case=case, template="ticket/notice/ticket_assigned.txt", channel="inbox", to_account=cast.account(login),
        effect_key=f"test:{case.pk}",
        sealed=seal(f"canary-notice-{login}", where=letters.TEXT),
    )  # fmt: skip
    return int(made.pk)


def _held(login: str, case: Case) -> int:
    """What this person's telephone handed in and could not be done."""
    telephone = Handset.objects.unscoped("test").create(public_id=uuid4(), account=cast.account(login), digest=f"{login:32}".encode()[:32])
    moments = dict.fromkeys(("device_at", "occurred_at", "received_at"), case.opened_at)
    waiting = Sent(
        handset=telephone, sequence=1, key=uuid4(), number=case.number, verb="note", given='{"text": "1"}', digest=b"", **moments
    )
    waiting.save()
    return waiting.pk


def _token(login: str) -> int:
    """An API token of this person."""
    return int(accounts.issue_token(cast.account(login), f"canary-token-{login}")[0].pk)


def _passkey() -> int:
    """A passkey of somebody who is none of those who ask."""
    holder = Account.objects.create_user("keyholder", name="钥匙姚", unit=cast.unit("总部"))
    data = {"name": "canary-key", "credential": {}}
    return int(Authenticator.objects.create(user=holder, type=Authenticator.Type.WEBAUTHN, data=data).pk)


def _runs(login: str, case: Case) -> dict[str, Any]:
    """A bulk run, an import, a saved view and a draft of this person."""
    who = cast.actor(login)
    run = bulk.start(uuid4(), "ticket", "note", [case.number], {"text": f"canary-run-{login}"}, who, "zh-hans")
    sheet = f"联系电话,联系人,类型,急缓,问题描述\n13911119999,金丝雀表格{login},故障,一般,canary-sheet-{login}\n"
    drafts.keep(who, f"ticket:{case.number}:note", {"text": f"canary-draft-{login}"})
    view = SavedView.objects.unscoped("test").create(account=cast.account(login), process="ticket", name=f"canary-view-{login}", query="")
    taken = exports.start("ticket", f"q=canary-export-{login}", [], who)
    exports.carry_out(taken)
    made = importing.start(who, "a.csv", sheet.encode(), "zh-hans")
    return {"run": run.pk, "import": made.pk, "view": view.pk, "export": taken.pk}


def _money(login: str, case: Case) -> dict[str, Any]:
    """A quote that was agreed to, its settlement list, a payment, a voucher."""
    who, items = cast.actor(login), (Item("labour", f"canary-money-{login}", Decimal(1), Decimal(100)),)
    quote = billing.decide(billing.estimate(case, items, Decimal(1), "已过保修期", who), True, "phone", who)
    bill = billing.settle(case, items, who)
    paid = billing.pay(bill, Decimal(10), "cash", "", uuid4(), who, shown=True)
    links = {"quote_link": bills.token("quote", case, quote.version), "bill_link": bills.token("bill", case, bill.version)}
    entries = books.entries_for("allowance", Decimal(10))
    voucher = books.post(key=uuid4(), day=date(2026, 3, 2), text=f"canary-money-{login}", entries=entries, case=case.pk, by=who)
    return {"bill": bill.pk, "payment": paid.pk, "voucher": voucher.pk, **links}


def _roster(login: str) -> dict[str, Any]:
    """Leave and a certificate of this person."""
    day, mine = date(2026, 12, 1), {"account": cast.account(login)}
    away = Leave(kind="other", since=now() + timedelta(days=1), until=now() + timedelta(days=2), entered_at=now(), **mine)
    away.save()
    paper = Certificate(skill=Skill.objects.get(key="laundry"), name="证", number=f"Z-{login}", valid_from=day, valid_until=day, **mine)
    paper.save()
    return {"leave": away.pk, "certificate": paper.pk}


def _moves(keeper: str) -> dict[str, Any]:
    """A migration that waits for its words and a sheet of customers, of one of those who keep the house."""
    who = cast.actor(keeper)
    log = f"工单号,状态,时间\ncanary-case-{keeper},没见过的状态,2026-03-02 09:00:00\n"
    moved = running.start(who, f"canary-move-{keeper}.csv", log.encode())
    sheet = taking.start(who, taking.SUBJECTS["customers"], f"canary-file-{keeper}.csv", "联系电话,姓名\n12345,王芳\n".encode(), "zh-hans")
    return {"migration": moved.pk, "sheet": sheet.pk}


def absent() -> World:
    """What nobody has made."""
    numbers = dict.fromkeys(
        (
            "case",
            "customer",
            "device",
            "repair",
            "tier",
            "clock",
            "phone_row",
            "staff",
            "unit",
            "grant",
            "token",
            "notice",
            "view",
            "contact",
            "merge",
            "bill",
            "voucher",
            "payment",
            "place",
            "leave",
            "certificate",
            "held",
        ),
        NOBODY,
    )
    names = {
        "number": "GD9912999999", "request": "GR9912999999", "answered": "GR9912999998",
        "track": "A" * 24, "quote_link": "B" * 24, "bill_link": "C" * 24, "subject": f"party.phone:{NOBODY}",
        "text": "canary-of-nobody", "serial": "CANARYX",
        "phone": "13911110007", "on": "ticket/GD9912999999", "draft": "ticket:GD9912999999:note",
    }  # fmt: skip
    return World(
        {**numbers, **names, **{key: UUID(int=NOBODY) for key in ("file", "free", "run", "import", "export", "migration", "sheet")}}
    )


def quarantined() -> dict[str, int]:
    """A report set aside, with a picture: nobody's case yet, hence of no world."""
    Visitor().report(website="x", files=[picture()], contact_phone="13911110009")
    row = Quarantined.objects.unscoped("test").latest("pk")
    return {"quarantined": row.pk, "quarantined_photo": QuarantinedPhoto.objects.get(report=row).pk}


def shared() -> dict[str, Any]:
    """What belongs to no world: the catalogue and the rules, which everybody of the house may know."""
    model = products.save_model(
        cast.actor("manager"), Model(), category=Category.objects.get(key="fridge"), code="BX-1", name="冰箱一", price=None
    )
    row = next(row for row in policy.in_force() if row.table == "ticket.skill")
    spare = spares.save_part(cast.actor("manager"), Part(), code="BX-P1", zh="门封条")
    return {
        "spare": spare.pk,
        "station": Unit.objects.filter(kind="station").latest("pk").pk,
        "model": model.pk,
        "category": model.category_id,
        "policy_row": row.pk,
        "passkey": _passkey(),
        **quarantined(),
    }
