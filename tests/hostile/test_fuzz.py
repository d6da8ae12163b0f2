"""A1: the whole API is called by a machine that knows its description and keeps to it, or does not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.harness import Company, company
from tests.load import token

__all__ = ["company"]
SECONDS = int(os.environ.get("XIUHAO_FUZZ_SECONDS", "60"))  # 1200 before a release
SEED = os.environ.get("XIUHAO_FUZZ_SEED", "1")  # the same calls each time; another one before a release
# `positive_data_acceptance` has no place: a body of the right shape may be refused for what it says (409, 422 in the schema).
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method", "ignored_auth", "use_after_free",
)  # fmt: skip
GIVE = """
from tests.cast import actor
from tests.tickets import receive
for _ in range(3):
    print("NUMBER", receive("agent").case.number)
"""


def fuzz(company: Company, raw: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Schemathesis with all its phases for SECONDS, as the agent whose token this is."""
    tool = Path(sys.executable).with_name("schemathesis")
    words = [
        tool, "run", f"{company.url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {raw}", "--checks", ",".join(CHECKS),
        "--max-time", str(SECONDS), "--continue-on-failure", "--request-timeout", "20", "--no-color", "--suppress-health-check", "all",
        "--report", "junit", "--report-dir", str(folder), "--output-sanitize", "false", "--warnings", "off",
        "--seed", SEED,
    ]  # fmt: skip
    env = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(folder)}
    return subprocess.run(
        list(map(str, words)), cwd=folder, env=env, capture_output=True, text=True, timeout=SECONDS * 3 + 120, check=False
    )


def test_A1_no_call_of_any_operation_breaks_the_api_or_its_description(company: Company, tmp_path: Path) -> None:
    company.start()
    raw = token(company)
    company.manage("shell", "-c", GIVE)
    done = fuzz(company, raw, tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-12_000:]
    assert re.search(r"\b(\d+) (generated|selected|tested)|operations", said, re.IGNORECASE), said[-3000:]
    assert '"level": "error"' not in company.log and "Traceback" not in company.log, company.log[-4000:]
    company.stop()
