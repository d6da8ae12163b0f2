"""Where the books stand in the menu, and what of them waits for finance."""

from __future__ import annotations

from xiuhao.accounts import queries
from xiuhao.kernel import roles as r
from xiuhao.kernel.words import _
from xiuhao.ui.pages import Nav, Todo, register

register(
    Nav("books", _("账簿"), "/books/vouchers", "book", roles=tuple(sorted(queries.READS)), group="files"),
    Todo("months_to_close", _("待结账的月份"), rows=lambda actor: queries.months("open"), url="/books/months?standing=open",
         roles=(r.FINANCE,), tone="amber", rare=True),
)  # fmt: skip
