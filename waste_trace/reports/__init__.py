"""Reports: statutory forms as data, and what they look like as page, workbook and PDF.

A form is filled from typed facts by a pure function and rendered from that one model, so that the
page, the XLSX and the PDF cannot say different things.
"""
