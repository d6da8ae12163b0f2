"""What privacy says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "customer_missing": _("请从客户页面提出请求：要先选定是哪位客户。"),
        "not_verified": _("身份还没有核对，不能导出。"),
    }
)
