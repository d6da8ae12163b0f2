"""For pages that the demo adds to: `{% load demo %}{% demo_logins as logins %}`, `{% is_demo as demo %}`; empty where there is no demo."""

from __future__ import annotations

from django import template

from xiuhao.simulate import queries

register = template.Library()


@register.simple_tag
def demo_logins() -> list[queries.Login]:
    """The ready log-ins of the demo, people only: a token is of no use on a page."""
    return [one for one in queries.logins() if one.login != "api"]


@register.simple_tag
def is_demo() -> bool:
    """Whether this installation is the demo."""
    return queries.demo() is not None
