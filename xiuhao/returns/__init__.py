"""Return, exchange and rework: applied for, appraised, approved, received by the slip, booked at what really came back."""
