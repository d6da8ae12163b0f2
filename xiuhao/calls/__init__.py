"""Telephone calls: what any telephone system reports of them, the hint to whom it rings for, the script that guides the talk step by
step, who hung up first; and the call back that a technical question is owed when nobody had the answer."""
