"""Spare parts: what there is, where it lies, for which job, at what price, and who moved it why.

One ledger in double entry carries everything: stock and what is held for a job are sums of its lines, which the database itself keeps.
A higher process calls `actions` inside its own transaction; what has a life of its own (a request, a purchase, a count) is a process here.
"""
