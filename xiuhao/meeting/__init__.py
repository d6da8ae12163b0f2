"""Meetings on one case: who came, the cause, what was agreed and what keeps it from happening again."""
