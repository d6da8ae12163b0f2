"""What billing says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "items_missing": _("请至少填写一项收费项目；不收费的写 0 元。"),
        "item_bad": _("收费项目“{name}”的类别、数量或单价有误，请改正。"),
        "share_bad": _("折扣 {share} 不在 0 到 1 之间。"),
        "quote_reason": _("保外收费须向客户说明理由，请填写收费理由。"),
        "quote_basis": _("打折的报价要写明依据。"),
        "quote_missing": _("要收 {total} 元，但客户还没有同意报价。请先报价并取得客户同意。"),
        "quote_void": _("这份报价已作废，请看最新的一份。"),
        "quote_decided": _("这份报价已于 {at} 有了决定：{state}。"),
        "quote_expired": _("报价已于 {until} 过期，请重新报价。"),
        "bill_above_quote": _("结算 {total} 元，高于客户同意的 {quoted} 元。请先重新报价。"),
        "bill_paid_already": _("已经收了 {paid} 元。请先退款，再重新报价或结算。"),
        "bill_void": _("这份结算清单已作废，请看最新的一份。"),
        "list_not_shown": _("收款前须让客户看过结算清单。请先出示、打印或发送清单。"),
        "pays_too_much": _("还应收 {due} 元，不能多收。"),
        "refund_too_much": _("这笔收款最多还能退 {rest} 元。"),
        "amount_bad": _("金额应大于 0，最多两位小数。"),
        "nothing_paid": _("还没有收到款，不能开票。"),
        "receipt_already": _("票据已经开过：{number}。"),
        "invoice_title": _("开发票须填写抬头。"),
        "provider_missing": _("没有接通扫码收款。请改用现金或转账，或请管理员配置收款服务。"),
        "provider_down": _("收款服务没有回应，请稍后再试，或改用现金、转账。"),
        "callback_bad": _("回调的签名、时间或内容不对，没有入账。"),
        "callback_amount": _("回调金额与收款单不符，没有入账，已记录待财务核对。"),
        "callback_unknown": _("没有这张收款单，已记录待财务核对。"),
    }
)
