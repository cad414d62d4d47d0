"""Identifiers: parse, validate, build. One file a scheme; values are frozen and print their code.

Every ``parse`` is strict (canonical capitals, no spaces): what a wedge, an input method or a
browser did to a text is undone once, in ``recognise``.
"""
