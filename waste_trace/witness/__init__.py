"""Watching a log from outside: a witness that cosigns, and a mirror that keeps a copy.

For people who do not trust the operator of the log. Needs `waste_trace.ledger` and nothing else of
the product: no database of it, no services, no settings.
"""
