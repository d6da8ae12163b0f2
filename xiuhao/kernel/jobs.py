"""The kernel's long work."""

from __future__ import annotations

from procrastinate.contrib.django import app

BATCH = 200


@app.task(name="kernel.recompute_clocks", queue="clocks", retry=5)
def recompute_clocks(policy_rows: list[int], calendars: list[int], why: str) -> int:
    """New terms for the open clocks of corrected policy rows or edited calendars, a batch a transaction; done twice it changes nothing.

    Returns how many deadlines moved.
    """
    from xiuhao.kernel import scheduler
    from xiuhao.kernel.policy.amending import clocks_of

    found, last = 0, 0
    while rows := list(clocks_of(policy_rows, calendars).filter(pk__gt=last).order_by("pk")[:BATCH]):
        found += scheduler.recompute(rows, why)
        last = rows[-1].pk
    return found


@app.task(name="kernel.send_reset", queue="mail", retry=3)
def send_reset(who: str) -> int:
    """Mail a new-password link to the accounts of this name or address, if there are any; the asking page never knows."""
    from xiuhao.kernel import invitations

    return invitations.forgot(who)
