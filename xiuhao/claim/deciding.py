"""What the decision writes, and the conditions around it."""

from __future__ import annotations

from decimal import Decimal

from xiuhao.accounts import queries as books
from xiuhao.claim import filing
from xiuhao.claim.elements import ANALYSED, DECIDED, DECISION, INSTRUCTION, REPORTED, REVIEWING
from xiuhao.claim.models import Claim
from xiuhao.claim.queries import GRANTING, RETURNING, renewed
from xiuhao.kernel import asks
from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Journal, Link
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.ui.words import money

NOTHING = Decimal(0)
AGREED = Guard("not_agreed", _("核决后内容有变，或核决尚未作出，请先核决。"), asks.agreed(DECISION.key), ("CS5-11",))
HOLDS_IT = Guard(
    "not_with_you",
    _("现在由总经理室办理，由总经理室决定是否退回。"),
    lambda step: step.before == ANALYSED.key or r.OFFICE in step.roles,
    early=True,
)
READ = Guard("being_read", _("交涉结果正由业务经理核阅，请等核阅后再改。"), lambda s: not s.asked("reading", ""), early=True)
JOINTLY = Guard(
    "party_outside",
    _("调查认为责任在外部单位，请先由总经理室会同处理并登记对方。"),
    lambda step: step.record.origin in ("", "own") or bool(step.record.external_party),
    ("CS5-9.17",),
)
EXEMPT = Guard(
    "not_exempt",
    _("质量异常须列案追踪；只有人为疏忽可以免追踪。"),
    lambda step: step.given["tracking"] == "tracked" or step.record.cause == "human",
    ("CS5-9.9",),
)
FITS = Guard(
    "amount_of_rejected",
    _("客诉不成立时核定金额应为 0。"),
    lambda step: step.record.outcome != "rejected" or step.record.amount == NOTHING,
)
CLAIMED = Guard(
    "beyond_claimed",
    _("核定数量不能超过退换数量，请核对。"),
    lambda step: (
        step.record.outcome == "rejected"
        or step.record.quantity is None
        or (step.record.approved_quantity or NOTHING) <= step.record.quantity
    ),
)
UPHELD = Guard("not_upheld", _("客诉不成立，请登记收回账款。"), lambda step: step.record.outcome != "rejected", early=True)
REJECTED = Guard("upheld", _("客诉成立，没有需要收回的账款。"), lambda step: step.record.outcome == "rejected", early=True)
IN_FULL = Guard(
    "collected_partly",
    _("应收 {due}，登记的少于应收。收足后再登记；客户有异议、不肯付足的，请用“客户有异议，呈报上级”。"),
    lambda step: step.record.collected >= filing.receivable(step.record),
    ("CS5-9.18",),
    why=lambda step: {"due": money(filing.receivable(step.record))},
)
NOT_COLLECTED = Guard(
    "collected_already", _("账款已经收回，客户再有异议请另填新表。"), lambda step: step.record.collected is None, ("CS5-9.18",), early=True
)
NOT_CARRIED_OUT = Guard(
    "executed_already",
    _("这张处理表曾经执行或收款，不能撤回；请重新核决后结案。"),
    lambda step: not Journal.objects.filter(case=step.case, verb__in=("execute", "collect")).exists(),
)
BOOKED = ("resale", "reworking")  # of slips whose goods are in the books: what becomes of them no longer concerns the customer
PAPERS = ("returns", "allowance")


def papered(case: int) -> bool:
    """No slip and no certificate of this claim is under way."""
    return not Link.objects.filter(parent=case, kind__in=PAPERS, child__is_open=True).exclude(child__state__in=BOOKED).exists()


def _slipped(step: Step) -> bool:
    """Where goods come back a slip has come to its end, or it is said why there is none."""
    if step.record.outcome not in RETURNING or step.given["note"]:
        return True
    return Link.objects.filter(parent=step.case, kind="returns", child__state__in=("closed", *BOOKED)).exists()


def _booked(step: Step) -> Decimal:
    """What the certificates of this claim have brought into the books."""
    return books.booked(Link.objects.filter(parent=step.case, kind="allowance", child__state="booked").values_list("child_id", flat=True))


def _certified(step: Step) -> bool:
    """All that was granted is certified and in the books, or it is said why not: once the claim is closed nothing can be certified for
    it."""
    record: Claim = step.record
    if record.outcome not in GRANTING or not record.amount or step.given["note"] or renewed(step.case.pk):
        return True
    return _booked(step) >= record.amount


NOT_RENEWED = Guard("form_replaced", _("客户不接受，已另填新表，请在新表上办理。"), lambda step: not renewed(step.case.pk))
PAPERED = Guard("papers_open", _("退货单或折让证明还没有办完，请先办完或作废。"), lambda step: papered(step.case.pk))
SLIPPED = Guard("slip_missing", _("核定为退货、换货或重工，但没有办完的退货单；确实不退的，请在说明里写明原因。"), _slipped)
CERTIFIED = Guard(
    "certificate_missing",
    _("核定折让或赔款 {amount}，已入账的折让证明只有 {booked}；其余确实不开的，请在说明里写明原因。"),
    _certified,
    ("CS5-13.1",),
    why=lambda step: {"amount": money(step.record.amount or NOTHING), "booked": money(_booked(step))},
)
EXECUTED = Guard(
    "not_executed", _("还没有登记执行情况，不能结案。"), lambda step: step.record.executed_on is not None or renewed(step.case.pk)
)
COUNTED = Guard("quantity_open", _("退换数量还没有补填，请业务先补填数量。"), lambda step: step.record.quantity is not None, ("CS5-9.2",))


def send_back(step: Step) -> None:
    """What a department found or planned is done anew, and all that comes after it; a new report is commented on anew."""
    if step.given["back_to"] == r.PRODUCTION:
        step.go(REPORTED)
        return
    step.unask(INSTRUCTION.key)


def done_again(step: Step) -> None:
    """What was sent back to this department is here again."""
    step.record.again_by = None


def endorse(step: Step) -> None:
    """Only an anomaly that asks for it goes to research."""
    if step.given["to_research"] == "no":
        step.go(REVIEWING)


def review(step: Step) -> None:
    """Whether the improvement is tracked, or exempt as an oversight."""
    step.record.tracked = step.given["tracking"] == "tracked"


def approve(step: Step) -> None:
    """What is not upheld is due from now on; that the report be commented on is waited for no more."""
    step.unask(INSTRUCTION.key)
    if step.record.outcome == "rejected":
        filing.undisputed(step)


def reopen(step: Step) -> None:
    """What was not upheld is in dispute again while it is decided anew, and what is decided anew is executed anew."""
    record: Claim = step.record
    record.execution, record.executed_on, record.collected = "", None, None
    if step.before == DECIDED.key and step.context["was"]["outcome"] == "rejected":
        filing.disputed(step)


def go_up(step: Step) -> None:
    """What a customer disputes is decided by the post above who decided before (CS5-9.18): by the table alone a claim that is not upheld
    would go back to the lowest, since its amount is 0."""
    reopen(step)
    asks.appeal(step, DECISION.key)


def amend(step: Step) -> None:
    """Another amount, outcome or quantity: what was decided on the former is void, and it is decided anew (S3)."""
    if step.before == DECIDED.key:
        step.ask(DECISION)
    reopen(step)


def end(step: Step) -> None:
    """Nobody is waited for any more, and nothing is in dispute."""
    for ask in step.asks:
        if ask.outcome == "":
            ask.outcome = "void"
    filing.undisputed(step)


def execute(step: Step) -> None:
    """What was decided is done."""
    step.say(executed_on=step.record.executed_on.isoformat())
