"""The executable regulation: its clauses, where the product carries each one out, and how far it does.

Clauses are data, one file a regulation beside this one. What carries them out is found in the declarations of processes, in
policy rows in force, and in what modules say by `bind`.
"""

from xiuhao.kernel.rulebook.carriers import Binding, Bound, bind, bindings, check, off, status, unknown, wording
from xiuhao.kernel.rulebook.digest import KINDS, MODES, Clause, Regulation, Words, clause, clauses, phrase, regulations
from xiuhao.kernel.rulebook.proven import Proof, proofs
from xiuhao.kernel.rulebook.stripping import without

__all__ = [
    "KINDS", "MODES", "Binding", "Bound", "Clause", "Proof", "Regulation", "Words", "bind", "bindings", "check", "clause", "clauses",
    "off", "phrase", "proofs", "regulations", "status", "unknown", "without",
    "wording",
]  # fmt: skip
