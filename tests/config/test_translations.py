"""Texts are found in Python and templates, kept by module, and nothing is lost or left without English unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from xiuhao.config import catalogues, fresh

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext
LABEL = _("受理 %(number)s")
def told(n):
    return ngettext("还有一件", "还有 %(n)s 件", n) % {"n": n}
"""
TEMPLATE = """{% load i18n %}<div>
    {% if case %}<p title="{% translate "提示" %}">{% blocktranslate trimmed with who=name %}
        由 {{ who }}
        办理
    {% endblocktranslate %}</p>{% endif %}
</div>"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "xiuhao"
    (package / "desk/templates/desk").mkdir(parents=True)
    (package / "desk/labels.py").write_text(PYTHON)
    (package / "desk/templates/desk/page.html").write_text(TEMPLATE)
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "PACKAGE", package)
    monkeypatch.setattr(fresh, "PACKAGE", package)
    monkeypatch.setattr(catalogues, "MODULES", ["desk"])
    return package / "desk"


def write(module: Path, **english: str) -> None:
    path = module / "locale/en/LC_MESSAGES/django.po"
    text = path.read_text()
    for key, value in english.items():
        text = text.replace(f'msgid "{TEXTS[key]}"\nmsgstr ""', f'msgid "{TEXTS[key]}"\nmsgstr "{value}"')
        text = text.replace(f'msgid "{TEXTS[key]}"\nmsgid_plural "还有 %(n)s 件"\nmsgstr[0] ""\nmsgstr[1] ""', PLURAL)
    path.write_text(text)


TEXTS = {"accept": "受理 %(number)s", "left": "还有一件", "hint": "提示", "by": "由 %(who)s 办理"}
PLURAL = 'msgid "还有一件"\nmsgid_plural "还有 %(n)s 件"\nmsgstr[0] "One left"\nmsgstr[1] "%(n)s left"'


def test_what_lacks_english_is_said_until_it_is_there(module: Path) -> None:
    assert catalogues.update() == {"config": 0, "desk": 4}
    assert {flaw.text for flaw in catalogues.flaws()} == set(TEXTS.values())
    write(module, accept="Accept %(number)s", left="", hint="Hint", by="By %(who)s")
    assert list(catalogues.flaws()) == []
    before = (module / "locale/en/LC_MESSAGES/django.po").read_text()
    assert catalogues.update() == {"config": 0, "desk": 0}
    assert (module / "locale/en/LC_MESSAGES/django.po").read_text() == before, "an update of what is complete changes nothing"


def test_a_translation_that_loses_its_placeholder_is_a_flaw(module: Path) -> None:
    catalogues.update()
    write(module, accept="Accept", left="", hint="Hint", by="By %(whom)s")
    assert {(flaw.text, flaw.reason) for flaw in catalogues.flaws()} == {
        (TEXTS["accept"], "has other placeholders in English"),
        (TEXTS["by"], "has other placeholders in English"),
    }


def test_compiled_catalogues_follow_their_source(module: Path) -> None:
    catalogues.update()
    write(module, hint="Hint")
    fresh.compile_catalogues()
    compiled = module / "locale/en/LC_MESSAGES/django.mo"
    made = compiled.stat().st_mtime_ns
    fresh.compile_catalogues()
    assert compiled.stat().st_mtime_ns == made
    import gettext

    with compiled.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("提示") == "Hint"


def test_an_unknown_text_stays_chinese() -> None:
    with translation.override("en"):
        assert translation.gettext("这句话没有人译过") == "这句话没有人译过"
