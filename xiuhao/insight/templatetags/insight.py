"""What the regulation's pages need of their own in templates."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xiuhao.kernel import policy
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Table, Wider

register = template.Library()


@register.filter
def share(rate: float | None) -> str:
    """A rate of 0 to 1 as a width on a drawing of 100."""
    return f"{100 * (rate or 0):.1f}"


@register.simple_tag
def widened(row: PolicyRow) -> list[Wider]:
    """The clauses that a row loosens."""
    return policy.wider(row)


@register.simple_tag
def conditions(table: Table, row: PolicyRow) -> SafeString:
    """What a row asks for; nothing is everybody."""
    return _pairs(table.conditions(row.match)) or format_html('<span class="quiet">{}</span>', _("不限"))


@register.simple_tag
def results(table: Table, row: PolicyRow) -> SafeString:
    """What a row gives."""
    return _pairs(table.results(row.value))


@register.simple_tag
def example(table: Table, row: PolicyRow) -> str:
    """A worked example of the row, if there is one."""
    return table.example(row) if table.example else ""


def _pairs(pairs: list[tuple[str, str]]) -> SafeString:
    if not pairs:
        return SafeString("")
    return format_html('<dl class="match">{}</dl>', format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", pairs))
