"""The numbers of the regulation: decision tables with effective dates, asked by every case, edited on pages.

`decide` gives the first row in force whose match fits the facts. The rows are kept in each process until the stamp "policy"
moves: the engine reads it in the first statement of a transaction and calls `refresh`, pages call `current`.
"""

from xiuhao.kernel.policy.amending import Change, Moved, Preview, apply, preview
from xiuhao.kernel.policy.book import Line, current, decide, every, fits, fitting, hidden, hide, in_force, moved, refresh, row, rows
from xiuhao.kernel.policy.bounds import Wider, departures, wider
from xiuhao.kernel.policy.columns import Column
from xiuhao.kernel.policy.seeds import load_seeds, seeds
from xiuhao.kernel.policy.tables import OVERRIDES, Table, facts, module_of, naming, table, table_of, tables

__all__ = [
    "OVERRIDES", "Change", "Column", "Line", "Moved", "Preview", "Table", "Wider", "apply", "current", "decide", "departures", "every",
    "facts", "fits", "fitting", "hidden", "hide", "in_force", "load_seeds", "module_of", "moved", "naming", "preview", "refresh", "row",
    "rows", "seeds", "table", "table_of", "tables", "wider",
]  # fmt: skip
