"""The service sheet that the customer signs: one for all machines of a visit (YD-P3). Name, number and address stand plain on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from xiuhao.billing import queries as bills
from xiuhao.fieldwork import tables
from xiuhao.fieldwork.models import WorkCheck, WorkOrder, WorkReading, WorkUnit
from xiuhao.kernel import files
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment, Case
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.parts import queries as parts
from xiuhao.ui.pages import Paper
from xiuhao.ui.paper import Block, Facts, Sheet, Signs, Table, Words
from xiuhao.ui.words import money


def service_sheet(case: Case, record: WorkOrder, actor: Actor) -> Sheet:
    """What was asked, found and done; measured values, parts, what it costs; the customer's signature where it was given on the screen."""
    return Sheet(
        _("服务单"),
        case.number,
        str(case.unit),
        tuple(_blocks(case, record, actor)),
        qr=f"{settings.BASE_URL}/c/work/{case.number}/",
        qr_says=_("内部扫码查看"),
        note=_("更换的备件自更换之日起另行计算保修期；如有疑问请致电客服。"),
    )


def _blocks(case: Case, record: WorkOrder, actor: Actor) -> Iterable[Block]:
    yield Facts(_whose(record), _("客户与产品"))
    yield Facts(_when(record), _("上门"))
    yield Words(record.trouble, _("客户反映"), strong=True)
    units = [str(unit) for unit in WorkUnit.objects.visible_to(actor).filter(case=case).order_by("pk")]
    if units:
        yield Words(str(_("、")).join([record.serial, *units]), _("同单机组"))
    yield Facts(_done(record), _("检查与处理"), columns=1)
    yield from _measured(case, actor)
    yield from _used(case)
    yield Facts(_cost(case, record), _("费用"), columns=3)
    yield Signs(((_signed(record), _signature(case, record, actor)), (_("工程师签字"), b"")))


def _whose(record: WorkOrder) -> list[tuple[Any, Any]]:
    return [
        (_("客户"), record.contact_name),
        (_("联系电话"), record.contact_phone.removeprefix("+86")),
        (_("地址"), record.address),
        (_("产品"), record.device or record.category),
        (_("序列号"), record.serial),
        (_("保修判定"), record.get_verdict_display()),
    ]


def _when(record: WorkOrder) -> list[tuple[Any, Any]]:
    return [
        (_("服务类型"), dict(tables.services()).get(record.service, record.service)),
        (_("工程师"), record.engineer),
        (_("预约开始"), record.window_from),
        (_("预约结束"), record.window_to),
        (_("到达时间"), record.arrived_at),
        (_("完工时间"), record.finished_at),
    ]


def _done(record: WorkOrder) -> list[tuple[Any, Any]]:
    measures = dict(tables.measures())
    done = str(_("、")).join(str(measures.get(key, key)) for key in record.measures)
    return [
        (_("现象"), record.symptom),
        (_("原因"), dict(tables.causes()).get(record.cause, record.cause)),
        (_("措施"), done),
        (_("处理经过"), record.solution),
    ]


def _measured(case: Case, actor: Actor) -> Iterable[Block]:
    """The latest value of each reading, and every item of the list."""
    readings = {row.key: row for row in WorkReading.objects.visible_to(actor).filter(case=case).order_by("pk")}
    checks = {row.item: row for row in WorkCheck.objects.visible_to(actor).filter(case=case).order_by("pk")}
    names, items = dict(tables.readings()), dict(tables.checks())
    rows = [(names.get(key, key), f"{row.value.normalize():f}", _("合格") if row.fits else _("超出范围")) for key, row in readings.items()]
    rows += [(items.get(key, key), _("正常") if row.fine else _("异常"), row.remark) for key, row in checks.items()]
    if rows:
        yield Table((_("检测项目"), _("结果"), _("说明")), rows, _("检测"), right=(1,), broad=0)


def _used(case: Case) -> Iterable[Block]:
    used = [(str(one.part), f"{one.quantity.normalize():f}", one.serial, one.until) for one in parts.used_for(case.pk)]
    if used:
        yield Table((_("备件"), _("数量"), _("序列号"), _("保修至")), used, _("更换的备件"), right=(1,), broad=0)


def _cost(case: Case, record: WorkOrder) -> list[tuple[Any, Any]]:
    bill = bills.bill_of(case.pk)
    if bill is None:
        return [(_("费用"), _("以结算清单为准") if record.charged else _("不收费"))]
    return [(_("结算清单"), bill.number), (_("应付合计"), money(bill.total)), (_("待收"), money(bill.due))]


def _signed(record: WorkOrder) -> str:
    """Whose hand it is; where the customer gave a code instead, that and when."""
    if record.signed_how != "code" or record.signed_at is None:
        return str(_("客户签字"))
    return _("客户已用短信验证码签字（{at}）").format(at=f"{local(record.signed_at):%Y-%m-%d %H:%M}")


def _signature(case: Case, record: WorkOrder, actor: Actor) -> bytes:
    """The hand under the service as it was done: none before that, or if it was signed on paper or by a code. What the customer signed
    under a quote is not it."""
    if record.signed_how != "screen" or record.signed_at is None:
        return b""
    rows = Attachment.objects.visible_to(actor).filter(case=case, evidence="sign.signature", file__is_image=True)
    found = rows.select_related("file").order_by("-pk").first()
    return files.path_of(found.file_id).read_bytes() if found else b""


SHEET = Paper("sheet", _("服务单"), "work", service_sheet, roles=(r.ENGINEER, *r.REVEALERS), personal=True)
