"""The pages of the customers' site, and the staff page of what it set aside."""
