"""The company's own regulations as documents: drafted with all their parts, seen by the departments, issued from a day, one edition after
the other. The rules of the product point to the edition in force (HA-1.1)."""
