"""What returns says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "serial_same": _("换出的序列号 {serial} 就是原机，请核对。"),
        "serial_in_use": _("序列号 {serial} 已登记在别处，不能作为换出的新机，请核对。"),
    }
)
