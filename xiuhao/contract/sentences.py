"""What contract says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "benefit_not_included": _("这位客户的服务级别不含“{name}”。"),
        "benefit_used_up": _("“{name}”每 {per} 个月 {quota} 次，已用完。"),
        "tier_not_weighed": _("定级须权衡四项，还缺：{labels}。"),
        "customer_unknown": _("没有这个号码的客户。请先新建客户，或核对号码。"),
        "owner_already": _("这位客户已经是机主。"),
        "ended_already": _("这项服务已于 {until} 截止，不必再终止。"),
    }
)
