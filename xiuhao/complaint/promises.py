"""What words promise: an amount of money near a word of giving, in any form it is written; money without an amount; a fault admitted."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from decimal import Decimal

from xiuhao.kernel import policy, rulebook
from xiuhao.kernel.models import PolicyRow

TABLE = "complaint.promise"
NOTHING = Decimal(0)
BEYOND = 6  # characters before and after a phrase in which what lifts it may stand
_GIVEN = (
    r"赔|补(?![开寄发办拍录充齐打交缴足])|退|返还|偿|报销|减免|折(?![叠断磨腾])|抵扣|支付|给|赠|送[您你]"
    r"|compensat\w*|refund\w*|reimburs\w*|pay(?:ing)?\b|credit\w*|give\b"
)  # fmt: skip
_GIVEN_AFTER = r"赔|补偿|补贴|补给|退|返还|偿|报销|减免|抵扣|打到|打给|转给|汇给|compensat\w*|refund\w*|reimburs\w*|credit\w*"
_HAN = "零一二两三四五六七八九十百千万"
_NUMBER = r"(?<![\d.,])\d[\d,]*(?:\.\d+)?"
_COIN = r"(?:RMB|CNY|USD|人民币|[¥$])"
_UNIT = r"(?:元|块|圆|RMB|CNY|USD|yuan|dollars?)"
_FIGURE = re.compile(
    rf"{_COIN}\s*(?P<m>{_NUMBER})\s*(?P<by>[万千百]|k\b)?|(?P<n>{_NUMBER})\s*(?P<times>[万千百]|k(?![a-z]))?\s*{_UNIT}"
    rf"|(?P<han>[{_HAN}]{{1,12}})\s*(?:元|块|圆)",
    re.IGNORECASE,
)
_BARE = re.compile(  # right after the word, and nothing that is counted after it
    rf"(?:{_GIVEN}|偿|付)(?:[\s:,]|您|你|给|金额|共|合计|of\b|you\b){{0,8}}"
    rf"(?:(?P<n>{_NUMBER})\s*(?P<times>[万千百]|k\b)?|(?P<han>[{_HAN}]{{2,12}}))(?=\s*(?:$|[,。;!?、)]|整|左右|以内|to\b|for\b|as\b))",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"(?:{_GIVEN})[^。;!?\n]{{0,24}}$", re.IGNORECASE)
_AFTER = re.compile(rf"(?:整|钱|现金)?(?:[^。;!?,\n买]{{0,12}}?(?:{_GIVEN_AFTER})|给)", re.IGNORECASE)
_FORMAL = str.maketrans("〇壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬圓", "零一二二三三四五六六七八九十百千万圆")
_TIMES = {"万": 10_000, "千": 1_000, "百": 100, "k": 1_000}
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000}


def _plain(text: str) -> str:
    """The text without width of signs and forms of numerals."""
    return unicodedata.normalize("NFKC", text).translate(_FORMAL)


def promised(text: str) -> Decimal:
    """The greatest amount of money that stands near a word of giving, before or after it; 0 if none."""
    plain = _plain(text)
    found = [NOTHING]
    for match in _FIGURE.finditer(plain):
        if _BEFORE.search(plain, max(0, match.start() - 40), match.start()) or _AFTER.match(plain, match.end()):
            found.append(_amount(match["m"] or match["n"], match["by"] or match["times"], match["han"]))
    found += [_amount(match["n"], match["times"], match["han"]) for match in _BARE.finditer(plain)]
    return max(found)


def _amount(number: str | None, times: str | None, han: str | None) -> Decimal:
    if han:
        return Decimal(in_figures(han))
    return Decimal((number or "0").replace(",", "")) * _TIMES.get((times or "").lower(), 1)


def in_figures(text: str) -> int:
    """A number in Chinese signs: 三千五百 is 3500, and so is 三千五."""
    whole, part, digit, last = 0, 0, 0, 1
    for sign in text:
        if sign in _TENS:
            part, digit, last = part + (digit or 1) * _TENS[sign], 0, _TENS[sign]
        elif sign == "万":
            whole, part, digit, last = (whole + part + digit or 1) * _TIMES[sign], 0, 0, _TIMES[sign]
        else:
            digit, last = _DIGITS[sign], last if sign != "零" else 1
    return whole + part + digit * (last // 10 or 1)


def said(text: str, kind: str, at: datetime | None = None) -> PolicyRow | None:
    """The row of `complaint.promise` of this kind that a text falls under: the whole price without its amount, a fault admitted."""
    plain = "".join(_plain(text).casefold().split())
    off = rulebook.off(at)
    for row in policy.rows(TABLE, at) if plain else ():
        if row.value["kind"] != kind or (row.clauses and off.issuperset(row.clauses)):
            continue
        pattern = "[^。!?;]{0,8}".join(re.escape(part) for part in str(row.value["phrase"]).casefold().replace(" ", "").split("…"))
        lifts = [word.strip() for word in re.split("[；;]", str(row.value.get("unless", ""))) if word.strip()]
        for match in re.finditer(pattern, plain):
            around = plain[max(0, match.start() - BEYOND) : match.end() + BEYOND]
            if not any(word in around for word in lifts):
                return row
    return None
