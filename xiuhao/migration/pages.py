"""What a migration adds to the menu."""

from __future__ import annotations

from xiuhao.kernel.words import _
from xiuhao.migration.running import MOVERS
from xiuhao.ui.pages import Nav, register

register(Nav("migration", _("历史迁移"), "/migration/", icon="file-spreadsheet", roles=MOVERS, group="admin"))
