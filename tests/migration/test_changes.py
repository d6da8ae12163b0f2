"""Logs that tell the changes of each field, as desks of today export them: the state's are the history, of the others their name."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.migration.test_bring import bring
from tests.migration.test_other_logs import file, lives
from xiuhao.migration import running

pytestmark = pytest.mark.django_db
ZAMMAD = file(
    "id,ticket_number,object,type,attribute,value_from,value_to,created_by,created_at",
    "1,31001,Ticket,created,,,,Nicole,2024-03-01 08:00:00 UTC",
    "2,31001,Ticket,updated,state,new,open,Ann,2024-03-01 09:10:00 UTC",
    "3,31001,Ticket,updated,owner,-,Ann,Ann,2024-03-01 09:11:00 UTC",
    "4,31001,Ticket,updated,priority,2 normal,3 high,Ann,2024-03-01 09:12:00 UTC",
    "5,31001,Ticket,updated,state,open,pending reminder,Ann,2024-03-01 10:00:00 UTC",
    "6,31001,Ticket,updated,state,pending reminder,closed,Ann,2024-03-02 10:00:00 UTC",
)
JIRA = file(
    "Issue key,Created,Author,Field,From,To",
    "HD-1,01/Mar/24 8:00 AM,bob,status,Open,In Progress",
    "HD-1,01/Mar/24 8:30 AM,bob,assignee,,eve",
    "HD-1,02/Mar/24 9:00 AM,bob,status,In Progress,Resolved",
)
GLPI = file(
    "Ticket,Date,User,Field,Update",
    "12,2024-03-01 08:00,admin (2),Status,Change New to Processing (assigned)",
    "12,2024-03-01 09:00,admin (2),Status,Change Processing (assigned) to Solved",
)
OTRS = file(
    "TicketNumber;HistoryType;Name;CreateTime;CreateBy",
    "2024030110000012;NewTicket;%%2024030110000012%%Raw%%3 normal%%new%%1;2024-03-01 08:00:00;1",
    "2024030110000012;StateUpdate;%%new%%open%%;2024-03-01 09:00:00;2",
    "2024030110000012;StateUpdate;%%open%%closed successful%%;2024-03-02 09:00:00;2",
)
HOUSE = file(
    "工单编号,流转时间,操作类型,操作前状态,操作后状态,流转人",
    "GD1,2024-03-01 08:00,创建,,待处理,张三",
    "GD1,2024-03-01 09:00,派单,待处理,处理中,李四",
    "GD1,2024-03-02 11:00,办结,处理中,已完成,李四",
)


@pytest.mark.parametrize(
    ("data", "columns", "words", "told"),
    [
        (ZAMMAD, {}, {"created", "open", "owner", "priority", "pending reminder", "closed"}, {
            "31001": ["03-01 08:00:00 received", "03-01 09:10:00 received", "03-01 09:11:00 received", "03-01 09:12:00 received",
                      "03-01 10:00:00 waiting_customer", "03-02 10:00:00 archived"],
        }),
        (JIRA, {}, {"In Progress", "assignee", "Resolved"}, {
            "HD-1": ["03-01 00:00:00 in_progress", "03-01 00:30:00 in_progress", "03-02 01:00:00 solved"],
        }),
        (GLPI, {}, {"Processing (assigned)", "Solved"}, {
            "12": ["03-01 00:00:00 in_progress", "03-01 01:00:00 solved"],
        }),
        (OTRS, {"event": "Name"}, {"NewTicket", "open", "closed successful"}, {
            "2024030110000012": ["03-01 00:00:00 received", "03-01 01:00:00 received", "03-02 01:00:00 archived"],
        }),
        (HOUSE, {}, {"待处理", "处理中", "已完成"}, {
            "GD1": ["03-01 00:00:00 received", "03-01 01:00:00 in_progress", "03-02 03:00:00 solved"],
        }),
    ],
)  # fmt: skip
def test_a_log_of_changes_is_read_by_itself(data: bytes, columns: dict[str, str], words: set[str], told: dict[str, list[str]]) -> None:
    run = bring(data, columns=columns)  # type: ignore[arg-type]
    assert running.faults(run) == [] and set(run.words) == words and lives() == told


def test_a_column_that_is_called_field_makes_no_log_of_changes_where_no_state_is_told_there() -> None:
    run = bring(file("case,time,status,field", "1,2024-03-01 08:00,new,roof", "1,2024-03-01 09:00,closed,cellar"))
    assert set(run.words) == {"new", "closed"}


def test_a_list_of_tickets_is_said_to_be_no_history(client: Client) -> None:
    client.force_login(account("manager"))
    flat = file("Number,Title,State,Created at", "1,Printer,closed,2024-03-01 08:00:00 UTC", "2,Net,open,2024-03-01 08:00:00 UTC")
    run = running.start(actor("manager"), "tickets.csv", flat)
    assert "这像是工单清单，不是经过" in client.get(f"/migration/{run.pk}").content.decode()
    other = running.start(actor("manager"), "log.csv", ZAMMAD)
    assert "这像是工单清单" not in client.get(f"/migration/{other.pk}").content.decode()
