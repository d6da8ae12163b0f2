"""The engineer's app: what a telephone shows and keeps without a network, and how what was done there reaches the one door.

A handset sends actions in its own order; each is kept before it is tried, so that nothing typed on site is ever lost, and each goes
through the engine once. What cannot be done as it was meant is merged field by field, waits for what is missing, or is a conflict
that a person decides.
"""
