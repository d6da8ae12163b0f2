"""Who bears a loss: its worksheet, its split by department and person, reward and penalty with approval, the disciplinary list."""
