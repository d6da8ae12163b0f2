"""Django's PostgreSQL backend with two things more: statements prepared by the server, and a look at the socket before use."""
