"""What a customer's data may be used for: asked purpose by purpose, told by a versioned notice, withdrawn as easily as given (YD-3.7).

Service rests on the contract and needs no consent (PIPL art. 13 (2)); a revisit and marketing do (art. 13 (1), 14), and refusing
them refuses no service (art. 16).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Q

from xiuhao.kernel import discretion, outbox, policy, rulebook
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.party.models import PURPOSES, WAYS, Consent, Customer

NOTICE = "party.notice"
ASKED = tuple(key for key, _label in PURPOSES if key != outbox.SERVICE)  # purposes that need consent
BOUND = rulebook.bind("YD-3.7", "party", _("回访和推广只发给同意该用途的客户"))
policy.table(
    NOTICE,
    _("个人信息告知书"),
    (),
    (Column("text", _("告知内容"), "words"),),
    module="party",
    help=_("修改即产生新版本；同意记录里写明当时展示的是哪一版。"),
)


SECRETS = "party.secret"
SECRET = rulebook.bind("CS3-5.3", "party", _("供货商名称和商业机密不出现在任何给客户的文字里"))
policy.table(
    SECRETS,
    _("对外保密的词"),
    (),
    (
        Column("word", _("词"), help=_("供货商名称、供货渠道、底价代号等；空格和大小写都不计较。")),
        Column("kind", _("类别"), "choice", {"supplier": _("供货商资料"), "trade": _("商业机密")}),
    ),
    module="party",
    help=_("给客户的短信、邮件和自助网站里，这些词一律隐去；同事看到的是全文。"),
)


def secrets() -> tuple[str, ...]:
    """The words that no customer may read (CS3-5.3)."""
    return tuple(str(row.value["word"]) for row in policy.rows(SECRETS)) if SECRET.active else ()


discretion.keep(secrets, SECRET.clause)


def notice() -> PolicyRow | None:
    """The privacy notice in force: `value["text"]` in both languages, its id is the version that the ledger keeps (PIPL art. 17)."""
    return policy.decide(NOTICE, {})


def line(actor: Actor, customer: Customer | int, purpose: str, given: bool, way: str) -> Consent:
    """An unsaved line of the ledger. Refused not_offered (422) for a purpose that needs no consent, or a way that we do not know."""
    if purpose not in ASKED or way not in dict(WAYS):
        raise Refused("not_offered", {"label": _("用途")}, status=422)
    shown = notice()
    return Consent(
        customer_id=customer if isinstance(customer, int) else customer.pk, purpose=purpose, given=given, at=now(), way=way,
        notice=shown.pk if shown else None, actor_kind=actor.kind, actor_id=actor.known_by, actor_name=actor.name[:60],
    )  # fmt: skip


def consents(customers: Collection[int]) -> Mapping[int, Mapping[str, Consent]]:
    """Customer → purpose → the line that holds, for customers that the asker has reached. One statement."""
    found: dict[int, dict[str, Consent]] = {pk: {} for pk in customers}
    rows = Consent.objects.unscoped("of customers already found visible, or about to be written to")
    whose = Q(customer__in=set(customers)) | Q(customer__merged_into__in=set(customers))  # of a person, whichever row heard it
    for row in rows.filter(whose).select_related("customer").order_by("pk") if customers else ():
        for pk in (row.customer_id, row.customer.merged_into_id):
            if pk in found:
                found[pk][row.purpose] = row
    return found


def agreed(customer: int | None, purpose: str) -> bool:
    """True if this purpose may be served for the customer now: service always, anything else by the ledger, nobody unknown."""
    if purpose == outbox.SERVICE or not BOUND.active:
        return True
    kept = consents([customer])[customer].get(purpose) if customer is not None else None
    return kept is not None and kept.given


outbox.permit(agreed)
