"""How the characters of a name are told on the telephone (YD-2.7), and which others sound like them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xiuhao.kernel import facts

FILE = Path(__file__).with_name("names.yaml")
# What is mistaken for each other across the country's accents: 张/章, 王/黄, 林/凌, 肖/邵, 胡/符.
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("hu", "w"), ("ng", "n"), ("f", "h"), ("l", "n"))


@dataclass(frozen=True)
class Told:
    """One character: how it is told, and how others that sound alike are told."""

    sign: str
    words: str
    alike: tuple[tuple[str, str], ...] = ()


@cache
def dictionary() -> dict[str, str]:
    """Character → how it is told."""
    return dict(facts.read(FILE))


@cache
def _by_sound() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sign in dictionary():
        found.setdefault(_sound(sign), []).append(sign)
    return found


def _spoken(sign: str, tone: bool = False) -> str:
    from pypinyin import Style, lazy_pinyin  # its dictionary takes half a second to load, which no start should

    return str(lazy_pinyin(sign, style=Style.TONE if tone else Style.NORMAL)[0])


def _sound(sign: str) -> str:
    text = _spoken(sign)
    for one, other in _ALIKE:
        text = text.replace(one, other)
    return text


def tell(name: str, most: int = 3) -> list[Told]:
    """Each Chinese character of a name: by its parts or a common word, or, where we know none, by its pronunciation."""
    found = []
    for sign in name:
        if "\u3400" <= sign <= "\u9fff":
            words = dictionary().get(sign) or f"{sign}（{_spoken(sign, tone=True)}）"
            others = [other for other in _by_sound().get(_sound(sign), ()) if other != sign][:most]
            found.append(Told(sign, words, tuple((other, dictionary()[other]) for other in others)))
    return found
