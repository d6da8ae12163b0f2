"""Who works when: shifts, leave, certificates and homes of engineers. What they can do (skills) and where they belong is party's."""
