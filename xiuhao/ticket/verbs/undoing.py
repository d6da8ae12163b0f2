"""What can be taken back, while nothing has followed."""

from __future__ import annotations

from xiuhao.kernel import undoing
from xiuhao.kernel.words import _
from xiuhao.ticket.elements import CHIEFS, HANDLERS, IN_PROGRESS, RECEIVED, WAITING, WORKING

UNDOING = (
    undoing.inverse(
        "unassign", _("撤销分派"), of="assign", source=(IN_PROGRESS,), targets=(RECEIVED, IN_PROGRESS, *WAITING), may=CHIEFS
    ),
    undoing.inverse("unprioritise", _("撤销优先级调整"), of="prioritise", source=(*WORKING, *WAITING), may=HANDLERS),
)  # fmt: skip
