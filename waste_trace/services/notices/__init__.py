"""Notices: facts told to people on screen and by e-mail, and to organisations' systems by webhook.

One way: fact -> outbox (in the fact's transaction) -> ``tell`` -> notices, deliveries -> sending.
Nothing here is read from the ledger by a rebuild, so nobody is told twice.
"""
