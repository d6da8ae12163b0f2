"""The customers' site: web form, tracking link, and what a customer may do with the own cases."""
