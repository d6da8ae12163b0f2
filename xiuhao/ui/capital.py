"""Amounts in the capital characters of Chinese papers, which nobody can alter by adding a stroke.

After the rules of the People's Bank for filling in bills and settlement vouchers: 整 after 元 or 角 and none after 分; one 零 for a run of
zeros between digits; 零 before 分 where there is no 角.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import get_language

from xiuhao.kernel.words import _

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万")
MOST = Decimal(10) ** 16


def capital(amount: Decimal) -> str:
    """壹万陆仟肆佰零玖元零贰分 for 16,409.02; half-up to the cent. ValueError from ten quadrillion on."""
    if abs(amount) >= MOST:
        raise ValueError(amount)
    cents = int((abs(amount) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    yuan, (jiao, fen) = cents // 100, divmod(cents % 100, 10)
    said = f"{_whole(yuan)}元" if yuan or not cents else ""
    if jiao:
        said += f"{DIGITS[jiao]}角"
    elif fen and yuan:
        said += DIGITS[0]
    said += f"{DIGITS[fen]}分" if fen else "整"
    return f"负{said}" if amount < 0 and cents else said


def below(amount: Decimal) -> tuple[tuple[Any, str], ...]:
    """The line that repeats a sum below it on a Chinese paper; none in another language, whose readers could not check it."""
    return ((_("大写"), capital(amount)),) if (get_language() or "").startswith("zh") else ()


def _whole(number: int) -> str:
    """The digits before 元, by groups of four from the right."""
    said, gap = "", False
    for place in range(len(str(number)) - 1, -1, -1):
        digit, (group, within) = number // 10**place % 10, divmod(place, 4)
        if digit:
            said += (DIGITS[0] if gap else "") + DIGITS[digit] + PLACES[within]
        gap = bool(said) and not digit
        if within == 0 and group and number // 10**place % (10_000 if group % 2 else 10**8):  # 亿 also closes the 万 before it
            said += GROUPS[group]
            gap = False if digit else gap
    return said or DIGITS[0]
