"""The columns of the tables that machine code works on: few tables with columns, since each array costs a call some time."""

from __future__ import annotations

# Day.job
PLACE, WORK, OPENS, CLOSES, DUE, RATE, PENALTY = range(7)
# Day.hand
BEGIN, HOME, START, LATEST, REGULAR, LIMIT, SPEED, LUNCH, LUNCH_OPENS, LUNCH_CLOSES, STORE, PICKING, TWIN = range(13)
# State.tally
SIZE, REST, STORED = range(3)
# State.sums
COST, WAY, BUSY, KIND, WAIT = range(5)
# State.leg
DB, EB, LB, DR, ER, LR, LATE, ON_TIME = range(8)
