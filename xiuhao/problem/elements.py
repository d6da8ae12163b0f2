"""The states of a problem."""

from __future__ import annotations

from xiuhao.kernel.process import State
from xiuhao.kernel.words import _

OPEN = State("open", _("处理中"), "blue")
SOLVED = State("solved", _("已解决"), "green", end=True)
