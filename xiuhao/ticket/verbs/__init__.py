"""The verbs of a ticket by theme, for the declaration in `ticket.process`."""
