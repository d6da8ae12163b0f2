"""What parts says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "accepted_beyond": _("{part} 超过了这张单上的数量，或不在这张单上，请核对。"),
        "level_order": _("“补到”的数量应大于补货点。"),
        "lines_missing": _("请至少填写一项备件。"),
        "not_judged": _("旧件要先转到待检良品区，检验合格后才能入库或上车。"),
        "only_van_owes": _("离线用料只能出自随车库。"),
        "part_in_stock": _("{part} 已有库存，不能再改计量小数位和序列号管理方式。"),
        "part_missing": _("没有这些备件编码（或已停用）：{parts}。"),
        "parts_many": _("一次最多 {most} 项备件。"),
        "parts_unread": _("备件没有写对：每行一项，编码 数量，按序列号管理的再写序列号。"),
        "place_full": _("{place} 还有库存，不能停用。"),
        "place_unsaid": _("请选择发料库和收料库。"),
        "places_same": _("发料库和收料库不能相同。"),
        "price_set": _("{part} 在 {day} 已定过价；要改请从另一天起定新价。"),
        "quantity_broken": _("{part} 以“{unit}”计，数量不能带这么多小数。"),
        "quantity_wrong": _("{part} 的数量不对：应大于 0，不超过 {most}。"),
        "returned_beyond": _("{part} 最多还能退 {left}，请核对数量。"),
        "serial_elsewhere": _("{part} 的序列号 {serial} 不在这个位置，请核对。"),
        "serial_known": _("{part} 的序列号 {serial} 已经入过库，请核对。"),
        "serial_missing": _("{part} 按序列号管理，请逐件写明序列号。"),
        "serial_odd": _("{part} 的序列号 {serial} 写法不对：一件一行，不能重复，普通备件没有序列号。"),
        "stock_held": _("{part} 有 {held} 已被作业占用，请先释放占用再认可盘亏。"),
        "stock_short": _("{part} 库存不足（剩 {left}）。"),
        "stock_there": _("{place} 已有 {part} 的库存，期初数量不再重复入库；要调整请做盘点。"),
        "unit_wrong": _("{part} 的计量单位是“{unit}”，请核对。"),
        "van_taken": _("这位工程师已有随车库，或类别不对。"),
    }
)
