"""Suggestions learned from the company's own texts: a small linear model for each subject (category, urgency, sentiment).

Always a suggestion, shown only when sure enough (`learning.threshold`), and its accuracy is on a page. Who knows the texts trains it:
this module knows no ticket. scikit-learn is imported where something is trained, numpy where something is suggested, nowhere before.
"""
