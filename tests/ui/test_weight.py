"""What a page costs on a slow line, and that nothing in it needs a laxer content policy."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tests.tickets import receive
from tests.ui.desk import sit, text

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "xiuhao/ui/static"
KB = 1024


def weight(urls: list[str]) -> int:
    names = [url.removeprefix("/static/").partition("#")[0] for url in urls]
    return sum(len(gzip.compress(next(ROOT.glob(f"xiuhao/*/static/{name}")).read_bytes(), 9)) for name in names)


@pytest.mark.django_db
def test_a_case_page_is_light_and_asks_seldom() -> None:
    page = text(sit().get(f"/c/ticket/{receive().case.number}/"))
    scripts = re.findall(r'<script src="([^"]+)"', page)
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert weight(scripts) <= 110 * KB
    assert weight(styles) <= 95 * KB
    pictures = set(re.findall(r'(?:src|href)="(/static/[^"#]+\.svg)', page))
    assert 1 + len(scripts) + len(styles) + len(pictures) + 1 <= 15  # the page itself, and the live stream
    assert all(url.startswith("/") for url in re.findall(r'(?:src|href|action)="([a-z/][^"]*)"', page))


def test_no_template_holds_script_or_style() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit}"
        for path in ROOT.glob("xiuhao/*/templates/**/*.html")
        for hit in re.findall(
            r"<style|<script(?![^>]* (?:src=|type=\"application/json\"))|\son[a-z]+=\"|\sstyle=\"|javascript:|hx-on", path.read_text()
        )
    ]
    assert found == []


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    known = {line.split("#")[0].strip().replace("/", "-") for line in (ROOT / "xiuhao/ui/icons.txt").read_text().splitlines()}
    named = {name for path in ROOT.glob("xiuhao/*/templates/**/*.html") for name in re.findall(r'{% icon "([^"]+)"', path.read_text())}
    named |= {name for path in ROOT.glob("xiuhao/*/*.py") for name in re.findall(r'icon="([a-z0-9-]+)"', path.read_text())}
    named |= {name for path in STATIC.glob("ui/*.js") for name in re.findall(r'picture\("([^"]+)"\)', path.read_text())}
    assert named - known == set()
