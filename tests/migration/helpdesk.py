"""The log of a real help desk (`shared/data/helpdesk_events.csv`): its activity codes say nothing, a person says what they are."""

from __future__ import annotations

from tests.settings import SHARED

LOG = SHARED / "data" / "helpdesk_events.csv"
# By where they stand in its cases: most are 1 8 6; 9 comes between 8 and 6; 3 begins some and is never last.
MAPPING = {
    "1": "state:received", "3": "state:received", "8": "state:in_progress", "9": "state:waiting_customer", "2": "state:waiting_parts",
    "4": "verb:note", "5": "=", "7": "verb:note", "6": "state:solved",
}  # fmt: skip
NOT_RUN = f"NOT RUN: the shared data are not there (XIUHAO_SHARED), looked for {LOG.name}"
