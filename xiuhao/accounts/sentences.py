"""What the books say when they refuse."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "voucher_unbalanced": _("凭证不平：借方 {debit}，贷方 {credit}。两边须相等且大于 0。"),
        "voucher_side": _("凭证的每一行只填借方或贷方，金额大于 0，最多两位小数。"),
        "account_unknown": _("科目 {code} 不存在或已停用，请先在科目表中设置。"),
        "month_closed": _("{month} 已结账，该月及以前的账不能再变。请记在以后的月份。"),
        "month_running": _("{month} 还没有过完，不能结账。"),
        "month_before": _("请先结 {month} 的账：月份按先后结账。"),
        "books_unsound": _("{month} 的账有不平或断号，不能结账。请联系系统管理员核查数据库。"),
        "receivable_person": _("没有名叫“{name}”的在职业务员；重名的请写登录名。"),
        "receivable_twice": _("{name} 的料号 {part_no} 在文件里出现了两次，请合并。"),
        "tax_half": _("税额科目和税率要一起填；税率大于 0、小于 100。"),
        "tax_amount_half": _("税额科目和税额要一起填，税额须小于金额。"),
        "posting_untaxed": _("决策表“记账规则”里“{purpose}”没有税额科目和税率，开了红字发票就要分出税额。请先补上，或不填红字发票号。"),
        "voucher_case": _("没有编号为 {number} 的单据，或您看不到它，请核对。"),
        "account_there": _("科目 {code} 已经有了。"),
        "account_code": _("科目编码只用数字，4 到 12 位。"),
        "voucher_reversed": _("这张凭证已由 {number} 冲销。"),
        "voucher_earlier": _("冲销日期不能早于原凭证日期 {day}。"),
        "voucher_reverses": _("冲销凭证不能再冲销。请另做一张新凭证。"),
        "books_many": _("{month} 有 {n} 条分录，一个文件最多 {most} 条。请分单位导出。"),
        "hold_bad": _("争议金额须大于 0，最多两位小数。"),
        "posting_missing": _("决策表“记账规则”没有适合“{purpose}”的行，请先设置借贷科目。"),
    }
)
