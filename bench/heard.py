"""Inside the company: which of the texts that were sent stand there as they were written, and whether the search finds what LIKE finds."""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from bench.inside import answer  # noqa: E402
from tests.cast import actor  # noqa: E402
from tests.portal.test_real_texts import seen  # noqa: E402
from xiuhao.kernel.access import SYSTEM  # noqa: E402
from xiuhao.kernel.models import Journal  # noqa: E402
from xiuhao.kernel.plaintext import clean_text  # noqa: E402
from xiuhao.kernel.search import normal  # noqa: E402
from xiuhao.portal.models import Quarantined  # noqa: E402
from xiuhao.product import queries as products  # noqa: E402
from xiuhao.ticket import queries as tickets  # noqa: E402
from xiuhao.ticket.models import Ticket  # noqa: E402

LONGEST = 16_000  # characters of a description


def categories() -> dict[str, str]:
    """The key of each category by its Chinese name."""
    return {each.zh: key for key, each in products.catalogue.now().items() if each.active}


def compare(path: str) -> dict[str, Any]:
    """`path` is a file of {key of the form: text}: how many are lost, altered or set aside."""
    sent: dict[str, str] = json.loads(Path(path).read_text())
    made = dict(Journal.objects.filter(verb="receive", key__in=list(sent)).values_list("key", "case_id"))
    kept = dict(Ticket.objects.filter(pk__in=made.values()).values_list("pk", "description"))
    found = {str(key): kept[case] for key, case in made.items() if case in kept}
    altered = [key for key, text in found.items() if text != clean_text(sent[key], LONGEST, lines=True) or seen(text) != seen(sent[key])]
    aside = Quarantined.objects.visible_to(SYSTEM).count()
    lost, tickets = len(sent.keys() - found.keys()), Ticket.objects.count()
    return {"kept": len(found), "lost": lost, "altered": len(altered), "aside": aside, "tickets": tickets}


def recall(count: int) -> dict[str, int]:
    """So many pieces of the texts: what LIKE finds of them, what the search misses of it, and what it finds beside it."""
    rng, reader = Random(11), actor("manager")
    texts = list(Ticket.objects.order_by("pk").values_list("description", flat=True))
    liked = missed = beside = asked = 0
    while asked < count:
        text = rng.choice(texts)
        start, length = rng.randrange(max(1, len(text))), rng.randint(1, 12)
        words = max(text[start : start + length].split(), key=len, default="")
        if not normal(words).split():
            continue
        asked += 1
        plain = normal(words).split()
        like = Ticket.objects.all()
        for word in plain:
            like = like.filter(plain__contains=word)
        truth, ours = set(like.values_list("pk", flat=True)), set(tickets.search(reader, words).values_list("pk", flat=True))
        liked, missed, beside = liked + len(truth), missed + len(truth - ours), beside + len(ours - truth)
    return {"asked": asked, "liked": liked, "missed": missed, "beside": beside}


if __name__ == "__main__":
    answer(categories, compare, recall)
