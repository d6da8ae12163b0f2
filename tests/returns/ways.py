"""Returns for tests, through the one door: a ticket with a device in its period, a claim that is decided, and both ways driven on."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests import cast, claims
from tests.pictures import photo
from tests.tickets import receive
from xiuhao.claim.models import Claim
from xiuhao.kernel import engine
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.accounts import actor_of
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.time import local, now
from xiuhao.party import actions as party
from xiuhao.product import actions as products
from xiuhao.product.models import Category, Device, Model
from xiuhao.returns.models import Return
from xiuhao.ticket.models import Ticket

APPLICATION = {"kind": "exchange", "reason": "制冷效果差，压缩机频繁启停"}
SLIP = {"reason": "镀层起泡", "method": "restock", "basis": "核决文号 26-118", "issued": "1000"}
NOTE = {"note": "已核对"}


@pytest.fixture(autouse=True)
def crew(db: None) -> None:
    """Beside the cast: who leads the province, and a second one at the gate."""
    province = cast.unit("浙江公司")
    for login, name, role in (("province", "省公司郑", r.LEAD), ("gate2", "仓管尤", r.WAREHOUSE)):
        party.hire(SYSTEM, login=login, name=name, unit=province, posts=((role, province),), skills={}, email=f"{login}@example.com")


def actor(login: str) -> Actor:
    """Somebody of the company."""
    return actor_of(Account.objects.select_related("unit").get(login=login))


def shot(login: str, colour: str = "red") -> str:
    """A picture of theirs."""
    return photo(actor(login), colour)


def day(ago: int) -> date:
    """So many days ago."""
    return local(now()).date() - timedelta(days=ago)


def sold(serial: str = "XH26A0000001", ago: int | None = 3, customer: int | None = None) -> Device:
    """A fridge sold so many days ago; None: nobody knows when."""
    fridge = Category.objects.get(key="fridge")
    model, _made = Model.objects.get_or_create(code="BX-200", defaults={"category": fridge, "name": "冰箱", "price": Decimal("3999.00")})
    bought = None if ago is None else day(ago)
    piece = products.Purchase(serial, model=model, customer=customer, region="浙江", purchased_on=bought, price=Decimal("3899.00"))
    return products.register_many([piece])[0]


def ticket(ago: int | None = 3, serial: str = "XH26A0000001") -> Case:
    """A ticket of a customer about their device, in Zhejiang."""
    case = receive(kind="return_exchange").case
    device = sold(serial, ago, case.customer_id)
    Ticket.objects.filter(pk=case.pk).update(device=device, model=device.model, serial=serial, region="浙江")
    return case


def do(verb: str, who: str, number: str, key: UUID | None = None, **told: Any) -> Case:
    """One verb of a return by one of the cast; the case afterwards."""
    return engine.perform("returns", verb, actor=actor(who), number=number, given=told, key=key).case


def applied(on: Case | None = None, who: str = "agent", **told: Any) -> Case:
    """An application on a ticket."""
    on = on or ticket()
    return engine.perform(
        "returns", "apply", actor=actor(who), parent=on.number, given={**APPLICATION, "purchased_on": day(3), **told}
    ).case


def appraised(outcome: str = "meets", **told: Any) -> Case:
    """Received by the region and appraised."""
    case = applied(**told)
    do("take", "region", case.number, technician=actor("engineer").id)
    form = {"outcome": outcome, "finding": "压缩机线圈短路，非人为", "photos": [shot("engineer")], "signature": [shot("engineer", "blue")]}
    return do("appraise", "engineer", case.number, **form)


def approved(**told: Any) -> Case:
    """Reviewed by the province's lead, approved by the manager."""
    case = appraised(**told)
    do("review", "province", case.number, value="3899.00", **NOTE)
    return do("approve", "manager", case.number, **NOTE)


def executed(**told: Any) -> Case:
    """Exchanged for a new piece, and filed."""
    case = approved(**told)
    given_ = {"new_serial": "XH26A0000099"} if Return.objects.get(pk=case.pk).kind == "exchange" else {"paid": "FK-1"}
    return do("execute", "region", case.number, receipt=[shot("region")], **given_)


# The slip


def claimed(**fields: Any) -> Case:
    """A claim that is decided; what was decided may be named. How one comes to that is tested with claims."""
    case = claims.submitted()
    decided = {"outcome": "return", "approved_quantity": Decimal(100), "price": Decimal("12.50"), "quantity": Decimal(100)}
    Claim.objects.filter(pk=case.pk).update(**{**decided, "amount": Decimal("1250.00"), "part_no": "P-77", **fields})
    Case.objects.unscoped("arranging a test").filter(pk=case.pk).update(state="decided")
    return case


def slip(on: Case | None = None, **told: Any) -> Case:
    """A slip of a claim."""
    on = on or claimed()
    return engine.perform("returns", "slip", actor=actor("sales"), parent=on.number, given={**SLIP, **told}, key=uuid4()).case


def endorsed(on: Case | None = None, **told: Any) -> Case:
    """A slip that the manager has approved."""
    return do("endorse", "sales_head", slip(on, **told).number, **NOTE)


def received(counted: str = "100", **told: Any) -> Case:
    """Goods taken in by the slip; a difference was answered first. One proof of return is there."""
    case = endorsed(**told)
    if do("receive", "warehouse", case.number, counted=counted).state == "differs":
        do("instruct", "sales_head", case.number, **NOTE)
        do("sign", "warehouse", case.number, actual=counted, photos=[shot("warehouse")])
    return prove(case)


def prove(case: Case) -> Case:
    """One of the three proofs of return."""
    return do("prove", "sales", case.number, proof="certificate", proof_no="XT-9", proof_file=[shot("sales")])


def record(case: Case) -> Return:
    """What is known of it now."""
    return Return.objects.get(pk=case.pk)
