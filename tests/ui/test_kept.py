"""A kept piece of a page is rendered once for what it depends on, and anew for anything else."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.template import Context, Template
from django.utils import translation

from xiuhao.kernel.words import _
from xiuhao.ui import kept


@dataclass
class Asked:
    """Counts how often it is looked at."""

    word: str
    times: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        self.times.append(self.word)
        return self.word


PIECE = "{% load i18n ui %}{% kept who here %}{% translate '设置' %} {{ who.0 }} {{ looked }}{% endkept %} {{ looked }}"


def test_it_is_rendered_once_for_the_same_values_in_the_same_language() -> None:
    piece = Template(PIECE)
    first, again = Asked("a"), Asked("b")
    assert piece.render(Context({"who": (_("新建"),), "here": "/", "looked": first})) == "设置 新建 a a"
    assert piece.render(Context({"who": (_("新建"),), "here": "/", "looked": again})) == "设置 新建 a b", "kept within, not beside"
    assert again.times == ["b"]
    with translation.override("en"):
        assert piece.render(Context({"who": (_("新建"),), "here": "/", "looked": again})) == "Settings New b b"
    assert piece.render(Context({"who": (_("新建"),), "here": "/stock/", "looked": again})) == "设置 新建 b b"
    assert piece.render(Context({"who": (_("设置"),), "here": "/", "looked": again})) == "设置 设置 b b"


def test_what_it_keeps_does_not_grow_for_ever() -> None:
    piece = Template(PIECE)
    for number in range(kept.MOST + 9):
        piece.render(Context({"who": (number,), "here": "/", "looked": "x"}))
    [node] = [node for node in piece.nodelist if isinstance(node, kept.Kept)]
    assert len(node.made) == kept.MOST
    assert piece.render(Context({"who": (0,), "here": "/", "looked": "y"})) == "设置 0 y y", "the oldest went"
