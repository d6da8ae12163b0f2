"""Complaints of customers: heard, graded, answered by the responsible department with options and a promised time, followed up.

Beside them the slip for an anomaly without loss and the report of wrongdoing, which only named people ever see.
"""
