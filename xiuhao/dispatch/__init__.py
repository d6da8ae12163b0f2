"""Whose job when: the board of a day, and the optimiser behind it (`engine`, which knows nothing of Django)."""
