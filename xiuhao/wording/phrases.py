"""Where a text says one of the phrases of a policy table, however it is written. "…" in a phrase stands for a few characters, and
what a row names under `unless` lifts it when it stands close by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from xiuhao.kernel import policy, rulebook
from xiuhao.kernel.models import PolicyRow

BEYOND = 6  # characters before and after a phrase in which what lifts it may stand
_BROKEN_UP = frozenset("*_-·~")  # put between characters so that a filter does not see the word
# each sign and what it is read as: "您" is blamed as much as "你", and traditional signs of the phrases are their simplified ones
_ALIKE = (
    "您你妳你專专業业個个為为爲为麼么書书買买與与們们會会關关係系寫写決决別别辦办協协單单廠厂聽听國国壞坏對对屬属廢废當当後后讓让訴诉話话該该說说請请誰谁負负責责質质費费賠赔遠远"
    "錯错閉闭問问難难隨随題题額额馬马報报擔担損损滿满煩烦熱热愛爱規规視视認认證证終终經经絕绝維维纏缠網网無无時时機机權权樣样這这級级沒没銷销鬧闹著着蠻蛮攪搅萬万輩辈給给敗败價价"
)
_READ_AS = str.maketrans(_ALIKE[::2], _ALIKE[1::2])
_LIFTS = re.compile("[；;]")


@dataclass(frozen=True)
class Hit:
    """A phrase in a text: from `start` to `end` as it was typed, and what stands before and after it as it is read."""

    start: int
    end: int
    row: PolicyRow
    before: str
    after: str


def hits(table: str, text: str, at: datetime | None, gap: int, wanted: Callable[[PolicyRow], bool] = lambda row: True) -> Iterator[Hit]:
    """The phrases of these rows in a text at a moment (now), in order, none overlapping; "…" is at most `gap` characters of one sentence.
    Rows whose clauses are all switched off count for nothing. No statement while the rules stand still."""
    off = rulebook.off(at)
    rows = [row for row in policy.rows(table, at) if wanted(row) and not (row.clauses and off.issuperset(row.clauses))] if text else []
    if not rows:
        return
    plain, places = _folded(text)
    pattern, lifts = _compiled(tuple((str(row.value["phrase"]), str(row.value.get("unless", ""))) for row in rows), gap)
    place = 0
    while match := pattern.search(plain, place):
        index = int((match.lastgroup or "p0")[1:])
        around = plain[max(0, match.start() - BEYOND) : match.end() + BEYOND]
        if any(word in around for word in lifts[index]):
            place = match.start() + 1
            continue
        yield Hit(places[match.start()], places[match.end() - 1] + 1, rows[index], plain[: match.start()], plain[match.end() :])
        place = match.end()


@lru_cache(maxsize=8)
def _compiled(phrases: tuple[tuple[str, str], ...], gap: int) -> tuple[re.Pattern[str], list[list[str]]]:
    """One pattern of all phrases, the longest first, and what lifts each; by index of the row."""
    order = sorted(range(len(phrases)), key=lambda i: -len(phrases[i][0]))
    between = f"[^。！？!?；;]{{0,{gap}}}"
    parts = [f"(?P<p{i}>{between.join(re.escape(_folded(part)[0]) for part in phrases[i][0].split('…'))})" for i in order]
    lifts = [[_folded(word)[0] for word in _LIFTS.split(unless) if word.strip()] for _phrase, unless in phrases]
    return re.compile("|".join(parts)), lifts


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without width, case, spacing, forms of one sign and what cannot be seen; for each of its characters where it stood."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for plain in unicodedata.normalize("NFKC", sign).casefold().translate(_READ_AS):
            if not plain.isspace() and plain not in _BROKEN_UP and unicodedata.category(plain) not in ("Cf", "Cc"):
                signs.append(plain)
                places.append(place)
    return "".join(signs), places
