"""What returns says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "beyond_approved": _("退货数量 {quantity} 超过核定的 {approved}，请按核定数量填写。"),
        "beyond_issued": _("数量 {quantity} 超过原出货的 {issued}，退回的不可能多于发出的，请核对。"),
        "count_changed": _("请示时点收的是 {counted}，现在要签 {actual}；数量又变了，请重新按单核收。"),
        "quantity_missing": _("请填写退货数量；只有客户还在加工、数量未定时可以不填。"),
        "serial_same": _("换出的序列号 {serial} 就是原机，请核对。"),
        "serial_in_use": _("序列号 {serial} 已登记在别处，不能作为换出的新机，请核对。"),
    }
)
