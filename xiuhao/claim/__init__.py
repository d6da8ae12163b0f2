"""The factory's chain of a complaint with a loss: registered, investigated, answered by departments, decided by authority, closed in copies."""
