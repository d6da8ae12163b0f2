"""What roster says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "certificate_backwards": _("有效期至 {until} 早于生效日期 {since}，请核对。"),
        "certificate_twice": _("{name} 已经有编号为 {number} 的这张证书了。"),
        "home_half": _("纬度和经度要一起填写，或都不填。"),
        "home_off_earth": _("纬度应在 -90 到 90 之间，经度应在 -180 到 180 之间。"),
        "leave_backwards": _("请假结束时间要晚于开始时间。"),
        "leave_overlaps": _("{name} 在 {since} 至 {until} 已经请假。"),
        "leave_withdrawn": _("这次请假已经撤销过了。"),
        "no_engineer": _("{name} 不是服务工程师，不在排班之列。"),
        "not_clock": _("“{label}”请按 08:30 的样子填写。"),
        "shift_backwards": _("下班时间要晚于上班时间；跨夜的班次请分两天填写。"),
        "shift_half": _("上班和下班时间要一起填写。"),
        "speed_range": _("作业速度应在 0.5 到 2 之间。"),
    }
)
