"""A complaint with a loss, from department to department: the form for customers' complaints of a factory (CS5).

A claim is a case of its own, born on a complaint. Departments work on it and not people: whoever holds the post of the stage may do its
step. What is decided by authority is told to the complaint, which alone speaks to the customer.
"""
