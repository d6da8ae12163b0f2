"""The verbs of a claim, by the part of the chain that they belong to."""
