"""Papers: Chinese and English, data that stays data, signs that no font has, page x of y."""

from __future__ import annotations

import re
import zlib
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

from tests.pictures import png
from xiuhao.kernel.words import _
from xiuhao.ui import paper
from xiuhao.ui.paper import Facts, Sheet, Signs, Table, Words

pytestmark = pytest.mark.django_db


def sheet(text: str = "冰箱不制冷", rows: int = 3) -> Sheet:
    blocks = (
        Facts(((_("客户"), text), (_("金额"), Decimal("1234.5")), (_("备注"), None))),
        Table(
            (_("项目"), _("金额")),
            [(f"第 {n} 行", Decimal(n)) for n in range(rows)],
            _("明细"),
            right=(1,),
            broad=0,
            foot=((_("合计"), "¥3.00"),),
        ),
        Words(text, _("说明"), strong=True),
        Signs(((_("客户签字"), png()), (_("工程师签字"), b""))),
    )
    return Sheet(_("服务单"), "PG2611000017", "杭州站", blocks, qr="https://example.com/c/work/PG2611000017/", qr_says=_("扫码查看"))


def pages(data: bytes) -> int:
    """How many pages a PDF has."""
    # What is packed ends where it says so itself: its last byte may look like the end of a line.
    packed = [zlib.decompressobj().decompress(data[at.end() :]) for at in re.finditer(rb"\bstream\r?\n(?=x)", data)]
    return max(int(count) for count in re.findall(rb"/Type\s*/Pages.{0,200}?/Count\s+(\d+)", data + b"".join(packed), re.DOTALL))


def test_a_paper_is_an_archivable_pdf_with_its_fonts_in_both_languages_and_sizes() -> None:
    made = paper.printed(sheet(), "客服安")
    assert made.startswith(b"%PDF-1.7") and b"NotoSansSC" in made and b"pdfaid" in made and len(made) < 300_000
    with translation.override("en"):
        assert paper.content(sheet(), "An")["page"] == "Page {n} of {all}"
        assert paper.printed(sheet(), "An", "slip").startswith(b"%PDF")


def test_a_long_table_goes_on_over_pages() -> None:
    assert pages(paper.printed(sheet(rows=3), "安")) == 1 < pages(paper.printed(sheet(rows=90), "安"))


@pytest.mark.parametrize(
    "text", ['#read("/etc/passwd")', '#import "@preview/x:0.1.0": *', "$ x $ `code` = 标题 \\ #panic()", "\u0000\n\t<>&\"'"]
)
def test_what_people_typed_is_text_and_nothing_else(text: str) -> None:
    assert paper.content(sheet(text), "安")["blocks"][0]["pairs"][0][1] == text.replace("\0", "")
    assert paper.printed(sheet(text), "#panic()").startswith(b"%PDF")


def test_a_template_reads_no_file_beside_the_product(tmp_path: Path) -> None:
    canary = tmp_path / "canary.typ"
    canary.write_text('#read("/../../../../../../etc/hostname")')
    with pytest.raises(Exception, match=r"(?i)root|denied|outside|not found"):
        paper.pdf(str(canary), {})


@pytest.mark.parametrize("name", ["𠮷田", "王㛃", "\U000e0101怪", "😀"])
def test_a_sign_that_our_font_lacks_does_not_stop_the_printing(name: str) -> None:
    assert paper.printed(sheet(name), name).startswith(b"%PDF")


def test_a_sign_of_no_font_is_written_as_its_code_point() -> None:
    text = paper.replaced("甲\U0010fffd乙", {"\U0010fffd"})
    assert text == "甲〔U+10FFFD〕乙"
