"""What the books say when they refuse."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "voucher_unbalanced": _("凭证不平：借方 {debit}，贷方 {credit}。两边须相等且大于 0。"),
        "voucher_side": _("凭证的每一行只填借方或贷方，金额大于 0，最多两位小数。"),
        "account_unknown": _("科目 {code} 不存在或已停用，请先在科目表中设置。"),
        "month_closed": _("{month} 已结账，不能再记账。请记在未结账的月份。"),
        "month_running": _("{month} 还没有过完，不能结账。"),
        "month_before": _("请先结 {month} 的账：月份按先后结账。"),
        "voucher_reversed": _("这张凭证已由 {number} 冲销。"),
        "voucher_reverses": _("冲销凭证不能再冲销。请另做一张新凭证。"),
        "hold_bad": _("争议金额须大于 0，最多两位小数。"),
        "posting_missing": _("决策表“记账规则”没有适合“{purpose}”的行，请先设置借贷科目。"),
    }
)
