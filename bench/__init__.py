"""What the product claims of its speed, measured: each part is one claim, against a named baseline in the same run."""
