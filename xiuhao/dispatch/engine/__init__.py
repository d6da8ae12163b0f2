"""The optimiser of a day: plain data in, plain data out, nothing of Django.

`solve` makes a plan, `candidates` and `slots` place one job while somebody waits, `check` and `score` look at any plan.
Machine code is made by `warm` at install or start, never inside a request.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xiuhao.dispatch.engine.solving import (
        BACKENDS as BACKENDS,
    )
    from xiuhao.dispatch.engine.solving import (
        HIGH as HIGH,
    )
    from xiuhao.dispatch.engine.solving import (
        LOW as LOW,
    )
    from xiuhao.dispatch.engine.solving import (
        NORMAL as NORMAL,
    )
    from xiuhao.dispatch.engine.solving import (
        RULES as RULES,
    )
    from xiuhao.dispatch.engine.solving import (
        VIP as VIP,
    )
    from xiuhao.dispatch.engine.solving import (
        Candidate as Candidate,
    )
    from xiuhao.dispatch.engine.solving import (
        Engineer as Engineer,
    )
    from xiuhao.dispatch.engine.solving import (
        Job as Job,
    )
    from xiuhao.dispatch.engine.solving import (
        Left as Left,
    )
    from xiuhao.dispatch.engine.solving import (
        Offer as Offer,
    )
    from xiuhao.dispatch.engine.solving import (
        Plan as Plan,
    )
    from xiuhao.dispatch.engine.solving import (
        Problem as Problem,
    )
    from xiuhao.dispatch.engine.solving import (
        Reason as Reason,
    )
    from xiuhao.dispatch.engine.solving import (
        Route as Route,
    )
    from xiuhao.dispatch.engine.solving import (
        Score as Score,
    )
    from xiuhao.dispatch.engine.solving import (
        Stop as Stop,
    )
    from xiuhao.dispatch.engine.solving import (
        Terms as Terms,
    )
    from xiuhao.dispatch.engine.solving import (
        arranged as arranged,
    )
    from xiuhao.dispatch.engine.solving import (
        candidates as candidates,
    )
    from xiuhao.dispatch.engine.solving import (
        check as check,
    )
    from xiuhao.dispatch.engine.solving import (
        explained as explained,
    )
    from xiuhao.dispatch.engine.solving import (
        failing as failing,
    )
    from xiuhao.dispatch.engine.solving import (
        frozen_until as frozen_until,
    )
    from xiuhao.dispatch.engine.solving import (
        placed as placed,
    )
    from xiuhao.dispatch.engine.solving import (
        score as score,
    )
    from xiuhao.dispatch.engine.solving import (
        slots as slots,
    )
    from xiuhao.dispatch.engine.solving import (
        solve as solve,
    )
    from xiuhao.dispatch.engine.solving import (
        warm as warm,
    )


def __getattr__(name: str) -> Any:
    """numpy and the compiler are loaded by whoever first asks for something, not by every process that knows of dispatch."""
    solving = import_module("xiuhao.dispatch.engine.solving")
    if name not in solving.__all__:
        raise AttributeError(name)
    return getattr(solving, name)
