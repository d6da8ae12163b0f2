"""What was promised to whom: service tiers and response times by industry, as dated policy rows."""
