"""For the log-in page: `{% load demo %}{% demo_logins as logins %}`, empty wherever there is no demo."""

from __future__ import annotations

from django import template

from xiuhao.simulate import queries

register = template.Library()


@register.simple_tag
def demo_logins() -> list[queries.Login]:
    """The ready log-ins of the demo, people only: a token is of no use on a page."""
    return [one for one in queries.logins() if one.login != "api"]
