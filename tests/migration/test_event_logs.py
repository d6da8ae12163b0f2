"""Event logs of the standard for them (XES) come in as any other log does; what is hostile in one is refused before it is read."""

from __future__ import annotations

import gzip

import pytest

from tests.migration.test_bring import bring
from tests.migration.test_other_logs import CHINESE, file, lives
from xiuhao.kernel.refusal import Refused
from xiuhao.migration import eventlog, reading, running

pytestmark = pytest.mark.django_db


def event(word: str, sub: str, at: str, more: str = "") -> str:
    return (
        '<event><string key="org:resource" value="Anne"/>'
        f'<string key="concept:name" value="{word}"><string key="concept:name" value="no"/></string>'
        f'<string key="lifecycle:transition" value="{sub}"/><date key="time:timestamp" value="{at}"/>{more}</event>'
    )


LOG = file(
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<log xmlns="http://www.xes-standard.org/"><global scope="event"><string key="concept:name" value="UNKNOWN"/></global>',
    '<string key="concept:name" value="Incidents"/>',
    '<trace><string key="concept:name" value="1-36"/><string key="description" value="屏幕 &lt;黑&gt;"/>',
    event("Accepted", "In Progress", "2010-03-31T16:59:42.000+01:00"),
    event("Accepted", "Wait - User", "2010-04-01T10:00:00.000+02:00", '<string key="product" value="PROD582"/>'),
    event("Completed", "Closed", "2010-04-06T10:00:00.000+02:00"),
    "</trace><trace>" + event("Queued", "Awaiting Assignment", "2010-04-06T10:00:00.000+02:00") + "</trace>",
    '<trace><string key="concept:name" value="1-37"/>' + event("Queued", "Awaiting Assignment", "2010-04-06T10:00:00Z") + "</trace></log>",
)  # the second case has no number


@pytest.mark.parametrize("data", [LOG, gzip.compress(LOG, mtime=0)], ids=["plain", "packed"])
def test_a_log_of_the_standard_comes_in_with_cases_pauses_and_people(data: bytes) -> None:
    run = bring(data, source="VINST")
    assert run.read_as == "xes" and run.told["actors"] == 1
    assert lives() == {
        "1-36": ["03-31 15:59:42 in_progress", "04-01 08:00:00 waiting_customer", "04-06 08:00:00 archived"],
        "1-37": ["04-06 10:00:00 received"],
    }
    assert [(case, row) for case, row, _why in running.faults(run)] == [("", 8)], "by the line of the file"
    table = reading.table(data)
    assert dict(zip(table.headers, table.rows[0][1], strict=True))["description"] == "屏幕 <黑>"


def test_a_packed_text_is_read_and_what_is_hostile_or_broken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading.table(gzip.compress(CHINESE)).rows == reading.table(CHINESE).rows
    laughs = b'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaa">]><log><trace><string key="concept:name" value="&a;"/></trace></log>'
    for data in (laughs, LOG[:-20], gzip.compress(LOG)[:-9], b"<log>" + b"<trace>" * 9, b"\x1f\x8bno"):
        with pytest.raises(Refused) as caught:
            reading.table(data)
        assert caught.value.code == "log_unreadable"
    monkeypatch.setattr(eventlog, "MOST", 2**20)
    with pytest.raises(Refused) as caught:
        reading.table(gzip.compress(b"0" * 2**22))
    assert caught.value.code == "sheet_too_large"
    with pytest.raises(Refused) as caught:
        reading.table(b"<log></log>")
    assert caught.value.code == "log_empty"
