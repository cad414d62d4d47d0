"""Waste lists as data, by edition: look up, search, exemptions, disposal methods, import.

The data files stand in ``data/`` with their source and certainty. An unknown code is a warning and
never an error: the lists that we hold are older than the law.
"""
