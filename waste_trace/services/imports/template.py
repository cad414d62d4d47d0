"""The empty sheet of an import: headings, notes and an example that is not imported."""

import io

import xlsxwriter

from waste_trace.services.imports.kinds import ImportKind


def template_xlsx(kind: ImportKind) -> bytes:
    """A workbook to fill in: every cell is text, so that no code loses a digit.

    Headings with * must be filled. The second row begins with #: it is an example, and what begins
    so is never imported.
    """
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        sheet = workbook.add_worksheet(kind.zh)
        text = workbook.add_format({"num_format": "@"})
        head = workbook.add_format({"bold": True, "bg_color": "#EDEDED", "border": 1})
        grey = workbook.add_format({"num_format": "@", "font_color": "#888888", "italic": True})
        sheet.set_column(0, len(kind.columns) - 1, 22, text)
        for place, column in enumerate(kind.columns):
            sheet.write_string(0, place, column.zh + ("*" if column.required else ""), head)
            note = f"（{column.note}）" if column.note else ""
            mark = "#例：" if place == 0 else ""
            sheet.write_string(1, place, f"{mark}{column.example}{note}", grey)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()
