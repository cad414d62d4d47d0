"""What must hold before waste moves (转移前核对): checked when a manifest is opened and at loading.

A register that nobody keeps in this ledger yet says nothing; from its first entry on, what is not
in it is missing.
"""
