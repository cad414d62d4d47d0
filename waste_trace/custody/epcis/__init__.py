"""Ledger events as GS1 EPCIS 2.0 events (ISO/IEC 19987:2024), for systems that speak it."""
