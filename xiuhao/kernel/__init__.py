"""The engine that makes a regulation executable: process, case, journal, clock, calendar, rulebook, policy.

Every write of the product passes through `kernel.process`; ask, duty, access, numbering, files and the outbox
serve it. It knows no business: modules above declare theirs and the kernel enforces, times and records them.
"""
