"""The composition root: settings, addresses, the one port, the process group and its database."""
