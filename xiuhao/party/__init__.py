"""Who is who: organisation tree, staff with posts and skills, customers with phones and addresses.

Personal data are encrypted at rest, found by a blind index, masked by default; revealing is audited.
"""
