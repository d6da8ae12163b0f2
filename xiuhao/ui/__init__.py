"""The design system: the archetypes Queue, Case and Step, their components, live updates and htmx helpers.

A module above describes columns, facts and related things; this one turns the description into pages.
"""
