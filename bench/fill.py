"""Fills a company with tickets through the engine's bulk writer, as an import of years would: most archived, some at work.

Run inside it (`bench.inside`). The texts are put together of words, so that a search has many and few to find.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from random import Random
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from bench.inside import answer  # noqa: E402
from tests.cast import actor  # noqa: E402
from xiuhao.kernel.engine import Outcome, Request, perform_many  # noqa: E402
from xiuhao.kernel.time import database_now, simulated  # noqa: E402

BATCH = 500
PEOPLE = ("agent", "colleague", "lead", "expert", "dealer", "outsider")
OPEN, SOLVED = 0.05, 0.75  # shares: of all, of those that are over
CONFIRMED, CANCELLED = {"satisfied": "yes", "confirmed_by": "phone"}, {"reason": "客户已自行解决"}
THINGS = ("冰箱", "洗衣机", "空调", "电视", "热水器", "手机", "笔记本电脑", "油烟机")
CATEGORIES = ("fridge", "washer", "aircon", "tv", "water_heater", "phone", "range_hood")
FAULTS = ("不制冷", "漏水", "有异响", "不通电", "屏幕碎了", "遥控器失灵", "显示错误代码", "插头发热", "用了三天就坏了", "安装后有划痕")
WISHES = ("请尽快上门", "周末在家", "想问一下怎么处理", "已经打过两次电话", "希望换一台新的", "发票还在", "请先电话联系")
KINDS = ("fault", "fault", "fault", "usage_question", "installation", "complaint", "return_exchange", "other")


def fill(count: int, days: float, salt: int) -> dict[str, float]:
    """`count` tickets of so many past days, the oldest first: most of them settled, those of the last hour as they came in."""
    rng, now = Random(salt), database_now()
    began, steps = perf_counter(), 0
    for number, first in enumerate(range(0, count, BATCH)):
        at = now - timedelta(days=days * (1 - first / count), minutes=5)
        wanted = [request(rng, salt * 10**6 + serial) for serial in range(first, min(first + BATCH, count))]
        steps += _live(at, wanted, PEOPLE[number % len(PEOPLE)], rng)
        if not (number + 1) % 20:
            print(f"   {first + BATCH} of {count}, {steps / (perf_counter() - began):.0f} steps a second", file=sys.stderr, flush=True)
    return {"steps": steps, "seconds": perf_counter() - began}


def request(rng: Random, serial: int) -> dict[str, str]:
    """What a customer might want; another number and text for each serial."""
    thing, fault, wish = rng.choice(THINGS), rng.choice(FAULTS), rng.choice(WISHES)
    return {
        "contact_name": f"顾{serial % 977}", "contact_phone": f"13{serial * 7 // 10 % 10**9:09d}",
        "contact_address": f"浙江省杭州市西湖区文三路{serial % 500}号",
        "kind": rng.choice(KINDS), "category": rng.choice(CATEGORIES), "description": f"{thing}{fault}，{wish}。第{serial}次来电。",
        "urgency": rng.choice(("low", "normal", "normal", "high")), "channel": "import",
    }  # fmt: skip


def _live(at: datetime, wanted: list[dict[str, str]], who: str, rng: Random) -> int:
    """A batch is born, most of it at once solved and soon confirmed, some cancelled; some are left, and come in anew today, so that
    not thousands of deadlines lie in the past. How many steps that were."""
    left = [each for each in wanted if rng.random() < OPEN]
    over = [each for each in wanted if each not in left]
    given = [{**each, "at_once": True, "solution": "已指导客户恢复使用。"} if rng.random() < SOLVED else each for each in over]
    with simulated(at):
        born = done(perform_many("ticket", [Request("receive", each) for each in given], actor=actor(who), waive=True))
    solved = [o.case.number for o in born if o.case.state == "solved"]
    others = [o.case.number for o in born if o.case.state != "solved"]
    with simulated(at + timedelta(minutes=4)):
        for verb, said, numbers in (("confirm", CONFIRMED, solved), ("cancel", CANCELLED, others)):
            done(perform_many("ticket", [Request(verb, said, number=n) for n in numbers], actor=actor("manager"), waive=True))
    done(perform_many("ticket", [Request("receive", each) for each in left], actor=actor(who), waive=True))
    return len(wanted) + len(over)


def done(outcomes: list[Any]) -> list[Outcome]:
    """The outcomes, none of which may be a refusal."""
    refused = [each for each in outcomes if not isinstance(each, Outcome)]
    if refused:
        raise refused[0]
    return outcomes


if __name__ == "__main__":
    answer(fill)
