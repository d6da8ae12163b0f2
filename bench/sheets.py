"""50,000 customers with a device each come in by a sheet, twice; 100,000 tickets go out as one. Seconds and memory of both."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from tempfile import TemporaryFile
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from bench.inside import answer, database, inside, peak  # noqa: E402
from bench.multiply import multiply  # noqa: E402
from tests.harness import opened  # noqa: E402
from tests.load import token  # noqa: E402
from xiuhao.config import postgres  # noqa: E402

Row = tuple[str, str, str, bool]
CUSTOMERS, TICKETS = 50_000, 100_000
TIMES = 8  # of the tickets an eighth comes by the engine, the others are its copies
SECONDS, MEGABYTES = 60.0, 300.0


def measure(quick: bool = False) -> Iterator[Row]:
    """By the very steps that page and job take."""
    customers, tickets = (2_000, 1_000) if quick else (CUSTOMERS, TICKETS)
    with opened() as company, database(company):
        token(company)
        first = inside(company, "sheets", "bring", count=customers)
        again = inside(company, "sheets", "bring", count=customers)
    with opened() as company, database(company):
        token(company)
        inside(company, "fill", "fill", count=tickets // TIMES, days=365, salt=1)
        multiply(company.dsn(postgres.SUPERUSER), TIMES, 1)
        out = inside(company, "sheets", "take", count=tickets)
    most = f"≤ {SECONDS:.0f} s, {MEGABYTES:.0f} MB"
    kept = first["made"] == customers and first["seconds"] <= SECONDS and first["memory"] <= MEGABYTES
    said = f"{first['seconds']:.1f} s (reading {first['read']:.1f}, checking {first['check']:.1f}), {first['memory']:.0f} MB"
    yield f"{customers:,} customers with devices from an Excel file, {customers / first['seconds']:,.0f} rows/s", said, most, kept
    said = f"{again['made']} new, {again['seconds']:.1f} s, {again['memory']:.0f} MB"
    yield "the same file again", said, "0 new", again["made"] == 0 and again["known"] == customers
    kept = out["rows"] == tickets and out["seconds"] <= SECONDS and out["memory"] <= MEGABYTES
    said = f"{out['seconds']:.1f} s, {out['memory']:.0f} MB ({out['before']:.0f} before), a file of {out['size']:.1f} MB"
    yield f"{tickets:,} tickets as an Excel file", said, most, kept


def sheet(count: int) -> bytes:
    """Customers with a device each, all columns that people have."""
    import xlsxwriter

    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"constant_memory": True})
    made = book.add_worksheet()
    headers = ("联系电话", "姓名", "地址", "客户类别", "序列号", "品类", "购买日期", "发票号", "购货卡号", "购买渠道")
    for row in range(count + 1):
        kind, day = ("冰箱", "空调", "洗衣机")[row % 3], f"2026-0{row % 9 + 1}-1{row % 9}"
        who = (f"13{row:09d}", f"顾{row % 977}", f"浙江省杭州市西湖区文三路{row}号", "个人")
        cells = (*who, f"XH24A{row:07d}", kind, day, f"FP{row:08d}", f"K{row:08d}", "门店")
        for place, text in enumerate(cells if row else headers):
            made.write_string(row, place, text)
    book.close()
    return data.getvalue()


def bring(count: int) -> dict[str, Any]:
    """Read, check and bring it."""
    from tests.cast import actor
    from xiuhao.migration import taking
    from xiuhao.ui import book

    data, times = sheet(count), [perf_counter()]
    run = taking.start(actor("manager"), taking.SUBJECTS["customers"], "customers.xlsx", data, "zh-hans")
    times.append(perf_counter())
    while taking.check_on(run):
        continue
    times.append(perf_counter())
    run.refresh_from_db()
    taking.begin(run, whole=False)
    while taking.import_on(run):
        continue
    times.append(perf_counter())
    for row, column, why in book.faults(run, 3):
        print(f"   {row} {column} {why}", file=sys.stderr)
    parts = {"read": times[1] - times[0], "check": times[2] - times[1], "seconds": times[3] - times[0]}
    return {**taking.progress(run), **parts, "memory": peak()}


def take(count: int) -> dict[str, Any]:
    """Export what there is, with every column that the list can show."""
    from django.db import transaction
    from django.http import QueryDict

    from tests.cast import actor
    from xiuhao.kernel import registry
    from xiuhao.ui import export, exports, listing

    who, process = actor("manager"), registry.process("ticket")
    query = listing.read(process, QueryDict("view=all"), who)
    before, began = peak(), perf_counter()
    with TemporaryFile() as file:
        with transaction.atomic():
            rows = export.write(
                file, str(process.label), query.queue.columns, listing.every(process, query, who), who, exports.states(process.key)
            )
        return {"rows": rows, "seconds": perf_counter() - began, "memory": peak(), "before": before, "size": file.tell() / 2**20}


if __name__ == "__main__":
    answer(bring, take)
