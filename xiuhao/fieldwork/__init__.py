"""Work on site: an order is born of a ticket, given to an engineer, and done step by step with its evidence.

What a kind of service takes (minutes, photos, readings, checks, a second pair of eyes, a watch afterwards) is data; the
shape of the work is `process.py`. `app` is the same on a telephone without a network.
"""
