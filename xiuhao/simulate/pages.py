"""What the demo adds to others' pages: its codes may be read in the outbox."""

from __future__ import annotations

from xiuhao.kernel import letters
from xiuhao.simulate import queries

letters.invented(lambda: queries.demo() is not None)
