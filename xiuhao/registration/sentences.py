"""What registration says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "already_registered": _("序列号 {serial} 已经登记过了；要改资料请在原登记上申请变更。"),
        "card_taken": _("这个购货卡号登记在另一位客户名下，请核对卡号。"),
    }
)
