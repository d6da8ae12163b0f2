"""What product says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "date_ahead": _("{day} 还没有到，请核对日期。"),
        "device_registered": _(
            "购买日期、发票号和购货卡号是购买登记的资料：请在登记 {number} 里申请变更，由本人出示身份证、购货卡和发票。"
        ),
        "fault_missing": _("请写明故障。"),
        "installed_before_purchase": _("安装日期早于购买日期，请核对。"),
        "key_taken": _("“{key}”已经有了，请换一个。"),
        "price_out_of_range": _("价格应在 0 到 {most} 之间。"),
        "product_missing": _("请至少填写型号、品类或序列号中的一项。"),
        "part_unknown": _("该品类没有这些部件：{parts}。部件在决策表“主要部件与附件”里维护。"),
        "repair_ahead": _("维修时间还没有到，请核对。"),
        "repair_backwards": _("取回时间早于送修时间，请核对。"),
        "repair_over": _("这次维修已于 {at} 结束。"),
        "repair_waiting": _("待件应在送修之后开始，到货应在待件之后，请核对。"),
        "serial_invalid": _("序列号不对：3 到 40 个字母、数字和 . _ / -，例如 {example}。"),
        "serial_taken": _("序列号 {serial} 已登记在另一位客户名下。请核对铭牌；确已转手的，请组长或经理在设备页“转给新机主”。"),
    }
)
