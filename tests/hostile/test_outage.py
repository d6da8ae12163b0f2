"""K2: the database goes away in the middle of requests. Everybody is told so at once, nothing typed is lost, and all goes on by itself."""

from __future__ import annotations

import html
import os
import re
import signal

import httpx
import psycopg

from tests import cast
from tests.harness import Company, alive, fair, until
from tests.hostile.test_kills import company, damage, under_load
from tests.load import Writers
from tests.tickets import GIVEN

__all__ = ["company"]
AWAY = 5  # times that every writer is turned away in one outage
BACK_WITHIN, PATIENCE = 10, 15  # seconds: until it goes on; that one answer may take (a whole restart included)
NEW, LOGIN = "/c/ticket/new?verb=receive", "/accounts/login/"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
TYPED = {**GIVEN, "description": '冰箱"不制冷"\r\n<b>结冰</b> & 漏水'}
NUMBERS = {signal.SIGINT: "13800990001", signal.SIGKILL: "13800990002"}  # who calls in each outage: nobody writes twice


def hidden(page: httpx.Response) -> dict[str, str]:
    """What a page's forms carry unseen."""
    return {html.unescape(name): html.unescape(value) for name, value in HIDDEN.findall(page.text)}


def sit(company: Company) -> httpx.Client:
    """A browser without scripts in which the agent is logged in."""
    browser = httpx.Client(base_url=company.url, timeout=20)
    door = browser.get(LOGIN)
    done = browser.post(LOGIN, data={**hidden(door), "login": "agent", "password": cast.PASSWORD})
    assert done.status_code == 302, company.log[-3000:]
    return browser


def away(company: Company, how: signal.Signals) -> None:
    """End the database, and let nobody start it again."""
    assert company.process
    os.kill(company.process.pid, signal.SIGSTOP)  # the parent, which would start it at once
    postmaster = company.pids()["database"]
    os.kill(postmaster, how)
    until(lambda: not alive(postmaster), 15, "the database is gone")


def outage(company: Company, writers: Writers, how: signal.Signals) -> tuple[httpx.Client, httpx.Response, httpx.Response]:
    """One outage under load: the browser, its form's page in the outage, and that of a log-in. Back within ten seconds of the return."""
    browser = sit(company)
    form = hidden(browser.get(NEW)) | TYPED | {"contact_phone": NUMBERS[how]}
    visitor = httpx.Client(base_url=company.url, timeout=20)
    door = hidden(visitor.get(LOGIN)) | {"login": "agent", "password": cast.PASSWORD}
    away(company, how)
    try:
        told = writers.turned_away["503"]
        page = browser.post(NEW, data=form)
        denied = visitor.post(LOGIN, data=door)
        until(lambda: writers.turned_away["503"] > told + AWAY * writers.count, fair(PATIENCE), "everybody is turned away, again and again")
        before = len(writers.promised)
    finally:
        assert company.process
        os.kill(company.process.pid, signal.SIGCONT)
    until(lambda: len(writers.promised) > before + writers.count, fair(BACK_WITHIN), f"back after {how.name}\n{company.log[-3000:]}")
    return browser, page, denied


def test_K2_in_an_outage_all_is_answered_503_what_was_typed_is_kept_and_then_it_goes_on(company: Company) -> None:
    with under_load(company) as writers:
        for how in (signal.SIGINT, signal.SIGKILL):  # an administrator's restart; a crash
            browser, page, door = outage(company, writers, how)
            kept = says_what_was_typed(page, NUMBERS[how])
            keeps_no_secret(door)
            is_done_once(company, browser, kept)
    assert set(writers.turned_away) == {"503"}, writers.turned_away
    assert writers.longest < fair(PATIENCE)
    assert not (wrong := damage(company, writers)), wrong
    company.stop()


def says_what_was_typed(page: httpx.Response, number: str) -> dict[str, str]:
    """The page of the outage has every value; its form."""
    assert (page.status_code, page.headers.get("Retry-After")) == (503, "2"), page.text
    kept = hidden(page)
    assert (TYPED | {"contact_phone": number}).items() <= kept.items()
    assert {"_key", "csrfmiddlewaretoken"} <= kept.keys()
    assert "您填写的内容都在这一页里" in page.text
    assert "Everything you typed" in page.text
    assert "<b>结冰" not in page.text
    assert f'action="{NEW}"' in page.text
    return kept


def keeps_no_secret(door: httpx.Response) -> None:
    """A log-in in the outage: the name is kept, the password to be typed again, by a person."""
    assert (door.status_code, door.headers.get("Retry-After")) == (503, "2"), door.text
    assert hidden(door)["login"] == "agent"
    assert '<input type="password" name="password" autocomplete="off" required>' in door.text
    assert cast.PASSWORD not in door.text
    assert "again.js" not in door.text


def is_done_once(company: Company, browser: httpx.Client, kept: dict[str, str]) -> None:
    """The page's form, sent twice, is one ticket."""
    answers = [browser.post(NEW, data=kept) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303], [a.text for a in answers]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    with psycopg.connect(company.dsn()) as connection:
        query = "SELECT count(*), min(c.number) FROM kernel_journal j JOIN kernel_case c ON c.id = j.case_id WHERE j.key = %s"
        row = connection.execute(query, [kept["_key"]]).fetchone()
    assert row == (1, answers[0].headers["Location"].split("/")[3])
