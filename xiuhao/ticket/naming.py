"""The title of a ticket: what is wrong, in the customer's own words, short enough for a row, with the product where they do not name it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xiuhao.ticket.models import Ticket

WIDEST = 60  # a Chinese sign counts two
# What a call is begun with and says nothing of the matter.
_OPENING = re.compile(
    r"客户(?:来电)?(?:反映|反馈|表示|称|说)[\s，,：:]*"
    r"|(?:来电|电话|网页|门店|[您你]好|(?:我?想)?请?问(?:一下|下)?|又来找你们了|麻烦(?:您|你们)?|hello|hi|dear \w+)[\s，,：:。！!、;；]+",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[^，,。！!？?；;\n]+[，,。！!？?；;\n]*")
_HAN = re.compile(r"[\u3400-\u9fff]")


def title(record: Ticket) -> str:
    """The title with the product: "洗衣机 · 底下往外漏水". No statement where the category was read along."""
    told = short(record.description)
    kind = record.category if record.category_id else None
    if kind is None or not told or any(name and name.lower() in told.lower() for name in (kind.zh, kind.en)):
        return told
    return f"{kind.zh if _HAN.search(told) else kind.en} · {told}"


def short(text: str) -> str:
    """As many clauses of a text as fit, without the greeting before them; a clause that is too long itself is cut and says so."""
    text = text.strip()
    while (match := _OPENING.match(text)) and len(text) > match.end():
        text = text[match.end() :]
    kept = ""
    for clause in _CLAUSE.findall(text):
        if width(kept + clause.rstrip("，,。！!；;\n ")) > WIDEST:
            break
        kept += clause
    return kept.strip().rstrip("，,。；;").replace("\n", " ") or _cut(text)


def _cut(text: str) -> str:
    room = WIDEST - 2
    for place, sign in enumerate(text):
        room -= width(sign)
        if room < 0:
            return text[:place].rstrip() + "…"
    return text


def width(text: str) -> int:
    """Columns: two for a Chinese sign and its punctuation, one for others."""
    return sum(2 if sign >= "\u2e80" else 1 for sign in text)
