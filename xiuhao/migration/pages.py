"""What a migration adds to the menu."""

from __future__ import annotations

from xiuhao.kernel.words import _
from xiuhao.migration.running import MOVERS
from xiuhao.migration.subject import KEEPERS
from xiuhao.ui.pages import Nav, register

register(Nav("migration", _("历史迁移"), "/migration/", icon="file-spreadsheet", roles=MOVERS, group="admin"))
register(Nav("sheets", _("导入客户与员工"), "/migration/sheet/customers", icon="upload", roles=tuple(KEEPERS), group="admin"))
