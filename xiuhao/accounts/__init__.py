"""The books: vouchers in balanced double entry, receivables that a complaint holds up, exports for common ledgers."""
