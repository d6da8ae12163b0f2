"""Many tickets of the same fault under one problem: suggested by their number, answered at once, solved together.

A problem is a case of its own; its tickets are tied to it by links and stay what they are. What is done to them is done by the
product itself after the commit, ticket by ticket through the engine, and reported on the problem.
"""
