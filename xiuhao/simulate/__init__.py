"""A company that lives: the demo, load and what-if, all driven through the same door as people."""
