"""Reads across everything: home figures, dashboards and the live page of the rulebook's clauses."""
