"""`{% kept a b %}…{% endkept %}`: a piece of a page that depends on nothing but the language and the values named is rendered once.

The frame of a page, menu and all, costs more than many a page within it; for the same posts at the same place it is the same text.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST = 256  # texts of one piece; then the oldest goes


class Kept(template.Node):
    """The piece; what it was rendered to, by language and values (which compare as what they say, not as who they are)."""

    def __init__(self, values: list[FilterExpression], nodelist: NodeList) -> None:
        self.values, self.nodelist = values, nodelist
        self.made: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        key = (get_language(), *(value.resolve(context) for value in self.values))
        text = self.made.get(key)
        if text is None:
            text = self.nodelist.render(context)
            if len(self.made) >= MOST:
                self.made.pop(next(iter(self.made)), None)
            self.made[key] = text
        return text


def parse(parser: Parser, token: Token) -> Kept:
    """The tag. What stands within reads nothing of the request but its values: no address, no token of a form, no name."""
    values = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(values, nodelist)
