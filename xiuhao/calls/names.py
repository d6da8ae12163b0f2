"""How the characters of a name are told on the telephone (YD-2.7), and which others sound like them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xiuhao.kernel import facts

FILE = Path(__file__).with_name("names.yaml")
# What is mistaken for each other across the country's accents: 张/章, 王/黄, 林/凌, 肖/邵, 胡/符.
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("hu", "w"), ("ng", "n"), ("f", "h"), ("l", "n"))

# Surnames of two characters that are in use: half of one is no address.
_DOUBLE = (
    "欧阳 司马 上官 诸葛 夏侯 司徒 皇甫 东方 尉迟 公孙 令狐 端木 南宫 百里 慕容 长孙 宇文 轩辕 呼延 钟离 独孤 西门 东郭 公冶 濮阳 淳于 "
    "单于 太史 申屠 赫连 澹台 闾丘 拓跋 第五 歐陽 諸葛 東方 尉遲 公孫 長孫 鍾離 獨孤 赫連"
)


def surname(name: str) -> str:
    """How a customer of this name is addressed: the surname; a name that is not Chinese, or a company's, whole."""
    if not name or not all("\u3400" <= sign <= "\u9fff" for sign in name) or len(name) > 4:
        return name
    return name[:2] if name[:2] in _DOUBLE.split() and len(name) > 2 else name[:1]


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
