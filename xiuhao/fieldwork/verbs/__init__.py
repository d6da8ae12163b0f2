"""The verbs of a work order by theme, for the declaration in `fieldwork.process`."""
