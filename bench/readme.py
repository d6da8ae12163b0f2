"""The table of both READMEs, filled from what `docs/reference/figures.md` holds: nobody types a figure."""

from __future__ import annotations

import re
from pathlib import Path

from tests.settings import ROOT

# How a row of the figures begins (a pattern), and what it is called in Chinese; in this order.
CHOSEN = (
    ("create by API, share of the bare", "接口建单，相对最简视图的速率"),
    ("create by API, p95", "接口建单，p95"),
    ("create by API, multiple of the rate of django-helpdesk", "接口建单，相对 django-helpdesk 的速率"),
    ("create by API, multiple of the rate of rt5", "接口建单，相对 Request Tracker 5 的速率"),
    ("product category of", "真实文本的产品类别，宏平均 F1"),
    ("pages are read with", "下列页面所在的数据量"),
    ("home with 200,000 tickets, p95", "工作台，首字节 p95（坐席 / 经理）"),
    ("home, .* 200,000 against", "工作台，大对小（坐席 / 经理）"),
    ("queue with 200,000 tickets, p95", "列表，首字节 p95（坐席 / 经理）"),
    ("queue, .* 200,000 against", "列表，大对小（坐席 / 经理）"),
    ("case with 200,000 tickets, p95", "工单页，首字节 p95（坐席 / 经理）"),
    ("case, .* 200,000 against", "工单页，大对小（坐席 / 经理）"),
    ("search with 200,000 tickets, p95", "搜索，首字节 p95（坐席 / 经理）"),
    ("search, .* 200,000 against", "搜索，大对小（坐席 / 经理）"),
    ("palette with 200,000 tickets, p95", "命令面板，首字节 p95（坐席 / 经理）"),
    ("palette, .* 200,000 against", "命令面板，大对小（坐席 / 经理）"),
    ("1,000 of 20,000 clocks", "两万时限中一千个同秒到期，触发"),
    ("(their lag|from due to visible in the journal), p99", "到期至日志可见，p99"),
    ("20 kills", "随机强杀 20 次：丢失、半写、重复"),
    ("search recall against LIKE", "搜索相对 LIKE 的召回"),
    ("solomon, .* mean gap", "Solomon 29 例各 30 秒：与已知最优的平均差距"),
    ("pillac, .* mean gap", "Pillac 29 例各 60 秒：与已知最优的平均差距"),
    ("a day of 1,000 jobs .* cost below VROOM", "千单百人的一天：成本低于 VROOM"),
)
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \| (.) \|$", re.MULTILINE)
TABLE = re.compile(r"(?<=^\|---\|---\|---\|---\|\n)(?:\|.*\n)+", re.MULTILINE)


def fill(figures: str) -> None:
    """Write the chosen rows into the READMEs, as they stand in the figures now."""
    found = ROW.findall(figures)
    rows = [(row, chinese) for begins, chinese in CHOSEN for row in found if re.match(begins, row[0])]
    _table(ROOT / "README.md", ["| " + " | ".join(row) + " |" for row, _chinese in rows])
    _table(ROOT / "README.zh.md", ["| " + " | ".join((chinese, *row[1:])) + " |" for row, chinese in rows])


def _table(path: Path, rows: list[str]) -> None:
    told = path.read_text(encoding="utf-8")
    path.write_text(TABLE.sub(lambda _old: "\n".join(rows) + "\n", told, count=1), encoding="utf-8")
