"""The month's complaints: counted by the tenth, ratios and countermeasures confirmed by the departments; causes and delays as reports."""
