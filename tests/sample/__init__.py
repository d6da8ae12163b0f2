"""A tiny regulated process of the tests' own: every kind of carrier once, so that the kernel is tested without a business."""
