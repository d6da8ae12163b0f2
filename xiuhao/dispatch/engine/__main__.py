"""`python -m xiuhao.dispatch.engine`: compile the optimiser, so that nobody waits for it later."""

from __future__ import annotations

from xiuhao.dispatch.engine import warm

if __name__ == "__main__":
    warm()
