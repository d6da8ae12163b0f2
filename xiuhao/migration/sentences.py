"""What a migration says no to."""

from __future__ import annotations

from xiuhao.kernel.sentences import register
from xiuhao.kernel.words import _

register(
    {
        "past_out_of_order": _("{number} 在这里已有更晚的记录，{at} 的事件不能再补在前面。"),
        "no_past": _("“{process}”不能迁入历史。"),
        "log_empty": _("文件里没有可以迁移的记录。"),
        "log_all_faulty": _("没有一个工单读得全，{count} 行有误。{first}"),
        "log_unreadable": _("文件打不开：不是 CSV、Excel 或本系统导出的文件。"),
        "log_columns": _("没有认出工单号、状态（或动作）、时间这三列。文件的表头是：{headers}。请指明各是哪一列。"),
        "log_times": _("“{label}”列里的时间认不出来，例如“{value}”。"),
        "log_rounded": _("工单号“{value}”被表格软件取了近似值，分不清是哪一单。请把这一列设成文本，从原系统重新导出。"),
        "log_no_case": _("没有工单号。"),
        "log_no_word": _("没有状态或动作。"),
        "log_no_time": _("时间“{value}”读不出来。"),
        "log_future": _("时间“{value}”还没有到。"),
        "log_ambiguous": _("时间可能有几种写法：{formats}。请指明是哪一种。"),
        "map_missing": _("还有 {count} 个状态没有对应：{words}。"),
        "map_unknown": _("对应的目标不存在：{words}。"),
        "migration_state": _("这次迁移现在是“{state}”，不能这样做。请刷新查看。"),
        "day_unreadable": _("“{label}”应写成 2026-01-31，现在是“{value}”。"),
        "price_unreadable": _("购买价应是数字，现在是“{value}”。"),
        "device_without_serial": _("写了设备资料就要有序列号：靠它再次导入才不会重复。"),
        "units_missing": _("还有 {count} 个单位没有对应：{units}。"),
        "unit_unknown": _("没有“{unit}”这个单位，或者不归您管理。"),
        "unit_ambiguous": _("有几个单位都叫“{unit}”，请写成“上级单位/{unit}”。"),
        "export_unreadable": _("这个导出文件不完整或被改过，读不出来。"),
    }
)
