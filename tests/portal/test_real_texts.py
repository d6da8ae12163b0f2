"""Real customers' texts through the public form: nothing crashes, nothing is lost or altered, the search finds each."""

from __future__ import annotations

import csv
import random
import unicodedata

import pytest
from django.conf import settings

from tests.cast import actor
from tests.portal.visitor import Visitor, number_in, ticket
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.search import LONGEST_QUERY, normal
from xiuhao.ticket import queries as tickets

SAMPLE, AN_ADDRESS = 200, 8  # texts; how many of them one address sends, of the ten a minute that it may
TEXTS = settings.SHARED / "data" / "customer_texts.csv"
CATEGORIES = {"热水器": "water_heater", "手机": "phone", "计算机": "computer", "平板": "tablet"}


def sample() -> list[tuple[str, str]]:
    """(category, text): always the same ones, the longest and the shortest among them."""
    with TEXTS.open(encoding="utf-8", newline="") as file:
        rows = [(row["category"], row["text"]) for row in csv.DictReader(file)]
    by_length = sorted(rows, key=lambda row: len(row[1]))
    return by_length[:20] + by_length[-20:] + random.Random(20261121).sample(by_length[20:-20], SAMPLE - 40)


def seen(text: str) -> str:
    """What of a text can be seen."""
    return "".join(c for c in text.replace("\r\n", "\n") if unicodedata.category(c)[0] != "C" or c == "\n").strip()


@pytest.mark.django_db
@pytest.mark.skipif(not TEXTS.exists(), reason=f"NOT RUN: the shared texts are not there (XIUHAO_SHARED), looked for {TEXTS.name}")
def test_real_texts_pass_the_public_form_unaltered_and_are_found() -> None:
    reader, chance = actor("manager"), random.Random(7)
    known = dict(tickets.categories())
    for index, (category, text) in enumerate(sample()):
        visitor = Visitor(f"127.0.{index // AN_ADDRESS}.9")
        chosen = CATEGORIES.get(category, "")
        page = visitor.report(description=text, category=chosen if chosen in known else "", contact_phone=f"138{index:08d}")
        assert page.status_code == 200, (text, page.content.decode())
        kept = ticket(number_in(page)).description
        assert kept == clean_text(text, 16_000, lines=True) and seen(kept) == seen(text)
        length = chance.randint(1, min(12, len(kept)))
        start = chance.randint(0, len(kept) - length)
        words = kept[start : start + length].strip()[:LONGEST_QUERY]
        if words and normal(words).strip():
            assert tickets.search(reader, words).filter(case__number=number_in(page)).exists(), words
