"""Create a ticket by API against the peers, all in one run by the load client that came with them.

`XIUHAO_PEERS` names the folder where they were set up and run (its README tells how). Without it this part says that it was not measured.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.harness import opened
from tests.load import token

Row = tuple[str, str, str, bool]
WANTED = {"django-helpdesk/scenarios.json": 4.0, "rt5/scenarios.json": 20.0}
TOGETHER = 8  # connections at once
BODY = {
    "contact_name": "{name}", "contact_phone": "{id}", "contact_address": "浙江省杭州市余杭区文一西路1号", "kind": "fault",
    "category": "fridge", "description": "{text}", "urgency": "normal", "channel": "api",
}  # fmt: skip


def measure(quick: bool = False) -> Iterator[Row]:
    """Our rate as a multiple of each peer's; what is not there is not measured."""
    folder = Path(os.environ.get("XIUHAO_PEERS", "/nonexistent"))
    here = [name for name in WANTED if (folder / name).exists()]
    if not here:
        yield "create by API against peers", "skipped: no peers (XIUHAO_PEERS)", "≥ 4 ×, ≥ 20 ×", False
        return
    rates: dict[str, list[float]] = {name: [] for name in ("ours", *here)}
    with opened() as company, tempfile.TemporaryDirectory() as scratch:
        company.start()
        ours = Path(scratch) / "ours.json"
        ours.write_text(json.dumps({"peer": "xiuhao", "scenarios": {"create": scenario(company.url, token(company))}}))
        for _round in range(2 if quick else 5):
            for name in rates:
                rates[name].append(rate(folder, ours if name == "ours" else folder / name, 2 if quick else 4))
        company.stop()
    for name in here:
        ratio = statistics.median(our / their for our, their in zip(rates["ours"], rates[name], strict=True))
        said = f"{ratio:.2f} × ({statistics.median(rates['ours']):.0f}/s of {statistics.median(rates[name]):.1f}/s)"
        yield f"create by API, multiple of the rate of {name.split('/')[0]}", said, f"≥ {WANTED[name]:g} ×", ratio >= WANTED[name]


def scenario(url: str, raw: str) -> dict[str, object]:
    """Ours in the terms of the load client."""
    headers = {"Authorization": f"Bearer {raw}"}
    numbers = [f"139{n:08d}" for n in range(50_000)]  # the client draws one for each call; of its own some are no mobile numbers
    return {"method": "POST", "url": f"{url}/api/v1/ticket", "headers": headers, "body": BODY, "expect": [201], "ids": numbers}


def rate(folder: Path, scenarios: Path, seconds: float) -> float:
    """Answers a second, all as expected. Raises RuntimeError if one was not."""
    words = [sys.executable, str(folder / "load.py"), str(scenarios), "--scenario", "create", "--conc", str(TOGETHER)]
    done = subprocess.run(
        [*words, "--seconds", str(seconds), "--runs", "1", "--warmup", "0.5"], capture_output=True, text=True, check=True, timeout=120
    )
    found = json.loads(done.stdout.splitlines()[0])
    if found["errors"]:
        raise RuntimeError(f"{scenarios.parent.name}: {found['errors']}")
    return float(found["rps"])
