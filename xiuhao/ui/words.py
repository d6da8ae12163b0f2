"""Values as people read them, in the language of the moment: moments, durations, money, evidence, names."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xiuhao.kernel.evidence import Choice, Evidence, Money, Number
from xiuhao.kernel.masking import mask_address, mask_name, mask_phone
from xiuhao.kernel.time import local, now, zone

DASH = "—"
NAME = 60  # a personal text that may be no longer is a name, else an address


@cache
def spelt(text: str) -> str:
    """What a Chinese word is found by on a keyboard: its pinyin initials, and its pinyin in full."""
    from pypinyin import Style, lazy_pinyin  # its dictionary takes half a second to load, which no start should

    initials = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
    return f"{initials} {''.join(lazy_pinyin(text))}".lower()


def called(words: str, label: str) -> bool:
    """True if these words mean that label: a part of it, or the beginning of how it is spelt."""
    said = words.casefold()
    letters = said.isascii() and said.isalpha() and not label.isascii()
    return said in label.casefold() or (letters and any(each.startswith(said) for each in spelt(label).split()))


def moment(at: datetime) -> str:
    """2026-11-21 14:30, in the installation's zone."""
    return local(at).strftime("%Y-%m-%d %H:%M")


def second(at: datetime) -> str:
    """2026-11-21 14:30:05."""
    return local(at).strftime("%Y-%m-%d %H:%M:%S")


def clock_time(at: datetime) -> str:
    """14:30:05."""
    return local(at).strftime("%H:%M:%S")


def when(at: datetime) -> SafeString:
    """A moment as a <time> element, the full moment with its zone in the title."""
    title = f"{second(at)} {zone().key}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), title, moment(at))


def brief(at: datetime) -> SafeString:
    """A moment in a list: as `when`, the current year so marked that a narrow screen can leave it out."""
    year, shown = f"{local(at):%Y}-", moment(at)
    if local(now()).year != local(at).year:
        return when(at)
    title = f"{second(at)} {zone().key}"
    return format_html('<time datetime="{}" title="{}"><span class="year">{}</span>{}</time>', at.isoformat(), title, year, shown[5:])


def span(seconds: float) -> str:
    """A duration as people say it: 45 秒, 3 分, 2 小时 05 分, 3 天 4 小时."""
    whole = int(abs(seconds))
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, left = divmod(rest, 60)
    if days:
        return _("{days} 天 {hours} 小时").format(days=days, hours=hours)
    if hours:
        return _("{hours} 小时 {minutes:02d} 分").format(hours=hours, minutes=minutes)
    if minutes:
        return _("{minutes} 分").format(minutes=minutes)
    return _("{seconds} 秒").format(seconds=left)


def exact(seconds: int) -> str:
    """A duration to the second: 03:12:40; days beyond 99 hours."""
    hours, rest = divmod(int(abs(seconds)), 3_600)
    minutes, left = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}:{left:02d}"


def money(amount: Decimal) -> str:
    """¥1,234.00, -¥1,234.00"""
    return f"{'-' if amount < 0 else ''}¥{abs(amount):,.2f}"


def show(value: Any) -> SafeString | str:
    """Any cell or fact: None and "" as a dash, moments and amounts formatted, safe HTML as it is, everything else escaped."""
    if value is None or value == "":
        return format_html('<span class="quiet">{}</span>', DASH)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return span(value.total_seconds())
    if isinstance(value, Decimal):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return format_html_join(_("、"), "{}", ((show(item),) for item in value))
    return conditional_escape(value)


def masked(need: Evidence, text: str) -> str:
    """A text as those see it who have no need of it: of personal evidence phone, name (short) or address, else as it is."""
    if not getattr(need, "personal", False):
        return text
    if need.widget == "phone":
        return mask_phone(text)
    return mask_name(text) if getattr(need, "longest", NAME) <= NAME else mask_address(text)


def evidence_value(need: Evidence, value: Any) -> Any:
    """A piece of evidence in words: the label of a choice, an amount with its currency, a number with its unit."""
    if isinstance(need, Choice):
        return dict(need.choices()).get(value, value)
    if isinstance(need, Money):
        return money(Decimal(str(value)))
    if isinstance(need, Number):
        return f"{need.says(value)} {need.unit}".strip()
    if need.widget == "datetime" and isinstance(value, str):
        return datetime.fromisoformat(value)
    if need.widget in ("files", "photos"):
        return ngettext("{count} 个文件", "{count} 个文件", len(value)).format(count=len(value))
    return need.says(value)
