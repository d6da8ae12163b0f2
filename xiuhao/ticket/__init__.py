"""The hub case: intake by phone, web form, API and Excel; routing, conversation, escalation, closing."""
