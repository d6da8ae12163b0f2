"""What the scheduler does beside the clocks, and how often; each is harmless when missed and safe when done twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.db import OperationalError, close_old_connections

from xiuhao.kernel import accounts, chain, dispatcher, figures, files, scheduler, throttle

log = structlog.get_logger(__name__)

EVERY: dict[Callable[[], Any], float] = {  # seconds
    figures.fold: 3,
    scheduler.open_duties: 60,
    chain.seal_heads: 3600,
    files.sweep_orphans: 3600,
    throttle.sweep: 600,
    dispatcher.sweep: 3600,
    accounts.sweep: 3600,
}


def safely(chore: Callable[[], Any]) -> Any:
    """Do one chore; a failure is logged and tried again next time, and a lost database connection is let go."""
    try:
        return chore()
    except OperationalError as error:
        log.warning("database_away", chore=chore.__name__, error=str(error)[:200])
        close_old_connections()
    except Exception:
        log.exception("chore_failed", chore=chore.__name__)
    return None
