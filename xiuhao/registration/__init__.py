"""Purchases that dealers register with their customers: what must be known, by when in the day, and how it may be changed (YD-3)."""
