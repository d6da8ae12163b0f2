"""Money of a job: estimate and quote, settlement list, payments and refunds, receipts; what a station is owed for the month."""
