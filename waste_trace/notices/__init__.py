"""Who is told what of which fact, and in which words; how a message to another system is signed.

Pure: rows and functions over plain facts. What is told to whom is kept by ``services.notices``.
"""
