"""Pictures that customers send: the plate on the back of a product, a paper; drawn, slightly askew and badly lit as such pictures are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (960, 640)
LAST = "MADE FOR DEMONSTRATION ONLY"


PAPERS = {
    "id_card": ("IDENTITY CARD", "NAME    SAMPLE", "NO.     0000 0000 0000 0000"),
    "purchase_card": ("QINGYU  PURCHASE CARD", "CARD    QY-SAMPLE", "STORE   SAMPLE"),
    "invoice": ("INVOICE (COPY)", "NO.     SAMPLE", "AMOUNT  AS REGISTERED"),
}


def nameplate(model: str, serial: str, rng: Random) -> bytes:
    """A JPEG of the plate of a product with this model code and serial number."""
    return _shot(("QINGYU  HOME APPLIANCES", f"MODEL   {model}", f"S/N     {serial}", "220 V ~  50 Hz   IP X4", LAST), rng)


def paper(kind: str, rng: Random) -> bytes:
    """A JPEG of a paper (a key of PAPERS) that is laid before a dealer."""
    return _shot((*PAPERS[kind], LAST), rng)


def _shot(lines: Sequence[str], rng: Random) -> bytes:
    wall = Image.new("RGB", SIZE, (rng.randint(60, 150), rng.randint(60, 150), rng.randint(70, 150)))
    plate = Image.new("RGB", (620, 330), (214, 217, 219))
    pen = ImageDraw.Draw(plate)
    pen.rounded_rectangle((8, 8, 611, 321), 18, outline=(70, 74, 78), width=3)
    for place, line in enumerate(lines):
        pen.text((36, 34 + 56 * place), line, fill=(38, 41, 45), font=ImageFont.load_default(34 if place else 38))
    turned = plate.rotate(rng.uniform(-9, 9), expand=True, fillcolor=wall.getpixel((0, 0)), resample=Image.Resampling.BICUBIC)
    wall.paste(turned, (rng.randint(60, 220), rng.randint(40, 140)))
    light = Image.linear_gradient("L").resize(SIZE).rotate(rng.choice((0, 180)))
    shot = Image.composite(wall, Image.new("RGB", SIZE, (18, 18, 22)), light.point(lambda value: 120 + value // 2))
    stream = io.BytesIO()
    shot.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.6))).save(stream, "JPEG", quality=82)
    return stream.getvalue()
