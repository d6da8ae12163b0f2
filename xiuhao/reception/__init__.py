"""Customers who come in person: who they are, what for, when, whom they see, and the ticket that came of it (CS2-4)."""
