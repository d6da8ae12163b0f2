"""What contract says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "customer_unknown": _("没有这个号码的客户。请先新建客户，或核对号码。"),
        "ended_already": _("这项服务已于 {until} 截止，不必再终止。"),
    }
)
