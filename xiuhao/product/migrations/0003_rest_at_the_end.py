"""Rows that shipped before rest at the end of a limit was seen get it (民法典 art. 203; the phones' rule for the whole period).

In place, since the law held all the time; what a company changed of them stays. A new installation has no rows yet.
"""

from django.db import migrations
from django.utils import timezone

REMEDIES = (
    "zhejiang-car-60", "zhejiang-car-grave", "shanghai-seven", "seven-days", "fifteen-days", "phone-seven", "phone-fifteen", "computer-seven",
    "computer-fifteen", "telephone-seven", "telephone-fifteen", "electronics-seven", "electronics-fifteen", "car-seven", "car-grave",
    "car-assembly", "distance",
)  # fmt: skip
PERIODS = ("mobile", "computer", "telephone")
ARTICLE = "；民法典第二百零三条"
NOTES = dict.fromkeys(PERIODS, "末日逢法定休假日的，以次日为末日") | {"distance": "末日逢法定休假日（含周末）顺延"}
WHY = "版本升级：末日逢法定休假日的，顺延到休假日结束的次日"


def forward(apps, _editor):
    rows, edits, stamps = (apps.get_model("kernel", name) for name in ("PolicyRow", "PolicyEdit", "Stamp"))
    at, found = timezone.now(), False
    for table, lines in (("warranty.remedy", REMEDIES), ("warranty.period", PERIODS)):
        for row in rows.objects.filter(table=table, line__in=lines).exclude(value__has_key="shifts"):
            before = _facts(row)
            row.value["shifts"], found = True, True
            if row.edition == 1 and not row.edited_by:  # as it shipped: its words follow the release
                if table == "warranty.remedy" and row.value.get("article"):
                    row.value["article"] += ARTICLE
                row.note = "；".join(filter(None, (row.note, NOTES.get(row.line))))
            row.edition += 1
            row.save(update_fields=["value", "note", "edition"])
            edits.objects.create(
                row=row, table=table, line=row.line, kind="correction", before=before, after=_facts(row), reason=WHY, actor_id=None,
                actor_name="", at=at,
            )  # fmt: skip
    if found:
        stamp, _new = stamps.objects.get_or_create(name="policy", defaults={"edition": 1})
        stamps.objects.filter(pk=stamp.pk).update(edition=max(stamp.edition + 1, int(at.timestamp() * 1_000_000)))


def _facts(row):
    return {
        "position": row.position, "match": row.match, "value": dict(row.value), "clauses": row.clauses, "note": row.note,
        "since": row.since.isoformat(), "until": row.until.isoformat() if row.until else None,
    }  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("product", "0002_repairs"), ("kernel", "0017_asks_keep_no_content")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
