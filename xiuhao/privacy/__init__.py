"""What people may ask about their own data, with its clock; and how long anything personal is kept (PIPL 19, 44-50)."""
