"""What product says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "date_ahead": _("{day} 还没有到，请核对日期。"),
        "installed_before_purchase": _("安装日期早于购买日期，请核对。"),
        "key_taken": _("“{key}”已经有了，请换一个。"),
        "price_out_of_range": _("价格应在 0 到 {most} 之间。"),
        "product_missing": _("请至少填写型号、品类或序列号中的一项。"),
        "serial_invalid": _("序列号不对：3 到 40 个字母、数字和 . _ / -，例如 {example}。"),
        "serial_taken": _("序列号 {serial} 已登记在另一位客户名下。请核对铭牌；确已转手的，请先办理设备转移。"),
    }
)
