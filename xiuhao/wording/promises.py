"""What words promise: an amount of money near a word of giving, in any form it is written; money without an amount; a fault admitted.

A price that the customer pays, a promise refused and a demand repeated are none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from xiuhao.kernel.models import PolicyRow
from xiuhao.wording.phrases import Hit, hits

TABLE = "complaint.promise"
NOTHING = Decimal(0)
GAP = 8  # characters that "…" in a phrase may stand for
_HAN = "零一二两三四五六七八九十百千万"
_NUMBER = r"(?<![\d.,])\d[\d,]*(?:\.\d+)?"
_COIN = r"(?:RMB|CNY|USD|人民币|[¥$])"
_UNIT = r"(?:元|块|圆|RMB|CNY|USD|yuan|dollars?)"
_GIVEN = (
    r"赔(?!礼)|补(?![开寄发办拍录充齐打交缴足漏])|退|返还|返现|返[您你]|偿|报销|减免|折(?=[价让现扣抵合])|抵扣|赠|送[您你]|打款|付款给[您你]"
    r"|compensat\w*|refund\w*|reimburs\w*|credit\w*"
)  # fmt: skip
_TO_YOU = r"(?:给|付给|支付给|汇给|转给|打给|发给)(?:[您你]们?|客户|用户|贵.{1,2})"
_HANDED = (  # right before the amount: words that as often say what the customer pays, or what is done for them
    rf"(?:{_TO_YOU}(?:再|另外?|额外|追加|多|加|先|共|合计|总共|一次性|现金|约|大约|申请|争取|转|打|汇|批|拨|发|出|了|\s|[:,])*"
    r"|我(?:们|司|方|公司)[^,]{0,4}(?:承担|负担)[^,;]{0,8}|(?<!代)支付(?!宝|方式|链接|码|成功)[^,;]{0,6}|\bpay(?:ing)?\b[^,;]{0,16}|\bgive\b[^,;]{0,16})"
)  # fmt: skip
_GIVEN_AFTER = (
    r"赔(?!礼)|补偿|补贴|补给|退|返还|偿|报销|减免|抵扣|(?:打|转|汇)[到给入][^,]{0,4}[您你]"
    r"|我(?:们|司|方|公司)(?:来|全部|全额|负责|会|将|为您|替您|全|都)*(?:承担|负担|支付|出|付)"
    r"|compensat\w*|refund\w*|reimburs\w*|credit\w*"
)
_FIGURE = re.compile(
    rf"{_COIN}\s*(?P<m>{_NUMBER})\s*(?P<by>[万千百]|k\b)?|(?P<n>{_NUMBER})\s*(?P<times>[万千百]|k(?![a-z]))?\s*{_UNIT}"
    rf"|(?P<han>[{_HAN}]{{1,12}})\s*(?:元|块|圆)",
    re.IGNORECASE,
)
_BARE = re.compile(  # right after the word, and nothing that is counted after it
    rf"(?:{_GIVEN}|偿|付|{_TO_YOU}|\bpay|\bgive)(?:[\s:,]|您|你|给|金额|共|合计|of\b|you\b){{0,8}}"
    rf"(?:(?P<n>{_NUMBER})\s*(?P<times>[万千百]|k\b)?|(?P<han>[{_HAN}]{{2,12}}))(?=\s*(?:$|[。;!?、)]|,(?!\d)|整|左右|以内|to\b|for\b|as\b))",
    re.IGNORECASE,
)
_WORD = re.compile(rf"(?:{_GIVEN})+", re.IGNORECASE)
_WEAK = re.compile(rf"{_HANDED}$", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?:整|钱|现金)?(?:[^。;!?,\n买不无未]{{0,12}}?(?:{_GIVEN_AFTER})(?![^,。]{{0,6}}\d[\d,.]*\s*{_UNIT})"
    r"|\s[a-z ]{0,24}?(?:compensat|refund|reimburs|credit)\w*|给[您你]们?(?=\s*(?:$|[,。;!?)]|作为|当作|以示|用于)))",
    re.IGNORECASE,
)
# Who pays is the customer: "请您支付", "您需承担", "由您自付", "you pay"; what remains to pay after a reduction; a price.
_PAID = re.compile(
    r"(?:请|需要?|须|应|要|由|麻烦|仍|还)[^,我向赔退偿补]{0,6}(?:付(?!给?[您你])|交|缴|承担|购买|转账|付款)"
    r"|(?<![给为向替])[您你]们?[^,我赔退偿补]{0,6}(?:付|交|缴|承担|花|买)|自费|自付|收取|收费|扫码|线上支付|在线支付"
    r"|\byou(?:'ll| will| would| have to| need to| must| should)? pay|please pay",
    re.IGNORECASE,
)
_PAID_AFTER = re.compile(r"[^,。;!?]{0,4}(?:[您你]们?(?:自|承担|支付|付|出|缴)|自[付费])")
_REMAINS = re.compile(r"^[^,。]{0,6}(?:之?后|完)(?!给|我|向|再)")
_PRICE = re.compile(r"费|价|收|售|新机|[购买]|cost|price|fee|charge|quot", re.IGNORECASE)
_QUOTED = re.compile(r"\b(?:quot|cost|price|fee|charge)", re.IGNORECASE)
_DIFFERENCE = re.compile(r"((?:请|需要?|须|应|要)[您你]?们?(?:再|另外?|先)?)补(?=差|交|付|\s*\d)")
_REFUSED = re.compile(
    r"(?:(?:不能|无法|不会|不可以|没法|难以|不支持|不同意|不承诺|没有承诺|是否|能否|可否|whether)"
    r"(?:再|给|向|为|对|按|直接|全部|全额|马上|[您你们]|客户|同意|答应|申请|进行|作出?|获得|得到|\s){0,5}"
    r"|(?<![差得要能])不(?:再|予|作)?|(?:cannot|can't|won't|will not|unable to|not able to|do not|don't|not)\s+(?:\w+\s+){0,2})$",
    re.IGNORECASE,
)
_ASKED, _SETTLED = re.compile(r"(?:请|需要?|须|应|要)[您你]?们?(?:再|另外?|先)?$"), re.compile(r"(?:支?付|补)(?![偿贴给您你])")
_DEMANDED = re.compile(r"(?<![按意足应受据])(?:[您你](?:们|方)?|客户)[^,]{0,4}(?:要求|提出|希望|申请|想要|主张|诉求)[^,同]{0,8}$")
_GRANTED = re.compile("同意|批准|答应|到账|没问题|打款|支付|通过|可以")
_MORE = re.compile(
    r"另|额外|追加|此外|除此之外|外加|[加多](?=[补赔送付退给])|又(?=[补赔送退给])|再加|再付|(?<!no )\bmore\b(?! than)|further"
    r"|再次?(?:给|为|向|替)?(?:[您你]们?|客户)?(?:多|加|申请|争取|额外)?(?=[补赔退返送赠给付支打转汇报减]|\s*[\d一二两三四五六七八九十])"
    r"|additional|another|extra|\bplus\b|in addition|on top",
    re.IGNORECASE,
)
_MORE_AFTER = re.compile(r"\s*(?:的)?(?:额外|追加|more\b|extra|on top|in addition|additional)", re.IGNORECASE)
_SUM = re.compile(r"合计|共计|总共|一共|累计|总计|总额|加起来|in total|altogether|\btotal", re.IGNORECASE)
_DUTY = re.compile(r"(?:为|让|使|帮助?|替)(?:每一?位)?(?:[您你]|客户|用户|顾客)[^,。;!?没未不误漏错坏晚迟损耽差]{0,12}$")
_FORMAL = str.maketrans("〇壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬圓", "零一二二三三四五六六七八九十百千万圆")
_TIMES = {"万": 10_000, "千": 1_000, "百": 100, "k": 1_000}
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000}


@dataclass(frozen=True)
class Promise:
    """An amount that is promised: on top of what was promised before (`more`), or of everything together (`whole`)."""

    amount: Decimal
    more: bool = False
    whole: bool = False


def promises(text: str) -> list[Promise]:
    """The amounts of money that stand near a word of giving, before or after it, in the order of the text."""
    plain = _plain(text)
    found: dict[int, Promise] = {}
    last = 0
    for match in _matches(plain):
        if (amount := _amount(match)) and match.start() >= last:
            told = re.split(r"[。;!?\n]", plain[max(last, match.start() - 40) : match.start()])[-1] + _inside(match)
            more = bool(_MORE.search(told) or _MORE_AFTER.match(plain, match.end()))
            found[match.start()] = Promise(amount, more, not more and bool(_SUM.search(told)))
            last = match.end()
    return list(found.values())


def promised(text: str) -> Decimal:
    """The greatest amount that a text promises; 0 if none."""
    return max((one.amount for one in promises(text)), default=NOTHING)


def gives(text: str, before: Decimal = NOTHING, paid: Decimal = NOTHING) -> Decimal:
    """What is promised in sum once this text is said; 0 if it promises nothing.

    `before` is what was promised so far, of which `paid` was given already: the same said again is the same promise, what is said to
    come on top does, and what is promised after a payment too.
    """
    total = NOTHING
    for one in promises(text):
        if one.more:
            total = (total or before) + one.amount
        elif one.whole or one.amount in (before, paid):
            total = max(total, one.amount)
        elif one.amount > total:  # else it is a part of what was just said
            total = paid + one.amount
    return total


def paid_out(text: str, paid: Decimal) -> Decimal:
    """What was given in sum, by the words of who has just given it on top of what was `paid` before; 0 if they name nothing."""
    now = gives(text)
    return now if not now or any(one.whole for one in promises(text)) else paid + now


def _plain(text: str) -> str:
    """The text without width of signs, forms of numerals and what cannot be seen."""
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return seen.translate(_FORMAL)


def _matches(plain: str) -> Iterator[re.Match[str]]:
    """Every figure that somebody is to be given, in order."""
    figures = list(_FIGURE.finditer(plain))
    money = [one for one in figures if _promised_before(plain, one.start(), one.end()) or _AFTER.match(plain, one.end())]
    bare = [one for one in _BARE.finditer(plain) if not _lifted(plain, one.start(), one.end())]
    bare = [one for one in bare if not any(one.start() < figure.end() and figure.start() < one.end() for figure in figures)]
    yield from sorted((*money, *bare), key=lambda match: match.end())


def _inside(match: re.Match[str]) -> str:
    """The words of the match itself before its figure."""
    return re.split(r"\d", match[0])[0] if match.re is _BARE else ""


def _promised_before(plain: str, at: int, end: int) -> bool:
    """Whether a word of giving stands before the figure at this place, in its sentence."""
    told = _DIFFERENCE.sub(r"\1付", re.split(r"[。;!?\n]", plain[max(0, at - 40) : at])[-1])
    words = [word for word in _WORD.finditer(told) if word[0].isascii() or word.end() > len(told) - 25]
    near = told.rsplit(",", 1)[-1]
    if _PAID_AFTER.match(plain, end):
        return False
    if not words:
        weak = _WEAK.search(near)
        return weak is not None and not _PAID.search(near) and not _QUOTED.search(near) and not _lifted(near, weak.start(), len(near))
    between = told[words[-1].end() :]
    if _PAID.search(between) or _REMAINS.search(between) or ("," in between and _PRICE.search(near)):
        return False
    return not _lifted(plain, at - len(told) + words[-1].start(), at)


def _lifted(plain: str, word: int, end: int) -> bool:
    """Whether the word of giving is refused, or what the customer asks for is only repeated; or it is they who pay."""
    near = re.split(r"[,。;!?\n]", plain[max(0, word - 24) : word])[-1]
    if _REFUSED.search(near) or (_ASKED.search(near) and _SETTLED.match(plain, word)):
        return True
    return bool(_DEMANDED.search(near)) and not _GRANTED.search(re.split(r"[。;!?\n]", plain[end : end + 40])[0])


def _amount(match: re.Match[str]) -> Decimal:
    named = match.groupdict()
    if han := named["han"]:
        return Decimal(in_figures(han))
    number, times = named.get("m") or named["n"], named.get("by") or named["times"]
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


def phrase(text: str, kind: str, at: datetime | None = None) -> PolicyRow | None:
    """The row of `complaint.promise` of this kind that a text falls under: the whole price without its amount, a fault admitted."""
    found = hits(TABLE, text, at, GAP, lambda row: bool(row.value["kind"] == kind))
    return next((hit.row for hit in found if not _innocent(hit)), None)


def _innocent(hit: Hit) -> bool:
    """Whether it is a duty that is spoken of, or what the customer asks for is only repeated."""
    before = hit.before[-24:]
    return bool(_DUTY.search(before)) or (bool(_DEMANDED.search(before)) and not _GRANTED.search(hit.after[:24]))
