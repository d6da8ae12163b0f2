"""The verbs of a complaint, by stage."""
