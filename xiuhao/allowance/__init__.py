"""The certificate of an allowance or compensation: two parts, signed off by rank, sealed by the customer, booked."""
