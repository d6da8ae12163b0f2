"""Where the books stand in the menu."""

from __future__ import annotations

from xiuhao.accounts import queries
from xiuhao.kernel.words import _
from xiuhao.ui.pages import Nav, register

register(Nav("books", _("账簿"), "/books/vouchers", "book", roles=tuple(sorted(queries.READS)), group="files"))
