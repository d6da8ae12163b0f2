"""Moving in with one's history: the cases of another system with all that happened to them, or our own export, become cases here."""
