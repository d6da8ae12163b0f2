"""What is looked after: categories, models, serials, purchase and installation, and the warranty verdict."""
