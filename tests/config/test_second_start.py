"""The second start: what stands already is only opened, and the first page is there within ten seconds."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.harness import Company, company, crowded, until

__all__ = ["company"]
WITHIN = 10.0  # seconds from the command to the first page
TRIES = 2  # the better one counts: others may be busy on this machine


def seconds(company: Company) -> float:
    """From the command to the first page; where others take the machine's time, what it took of the processor itself."""
    began = time.monotonic()
    company.spawn("--demo")
    until(lambda: company.get("/accounts/login/") == 200, 120, f"the first page\n{company.log[-3000:]}")
    took = time.monotonic() - began
    beside = {pid for part, pid in company.pids().items() if part in ("worker", "scheduler", "dispatcher")}  # no page waits for these
    beside |= set(company.web_workers()[1:])  # the first that is ready answers
    return min(took, sum(map(worked, company.family() - beside))) if crowded() else took


def worked(pid: int) -> float:
    """Seconds of the processor that a process and its children that have ended took."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def test_on_the_second_start_the_first_page_answers_within_ten_seconds(company: Company) -> None:
    company.start(patience=120)
    company.manage("found", "--company", "好帮手", "--login", "first")
    company.stop()
    taken: list[float] = []
    while len(taken) < TRIES and min(taken, default=WITHIN + 1) > WITHIN:
        taken.append(seconds(company))
        company.stop()
    assert min(taken) <= WITHIN, taken
