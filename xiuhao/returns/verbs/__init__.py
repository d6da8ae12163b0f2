"""The verbs of returns, by the two ways they run."""
