"""Labels and signs: model, layout in millimetres, renderers. The same layout for all renderers."""

from waste_trace.labels.container import ContainerLabel
from waste_trace.labels.container_layout import layout_container_label
from waste_trace.labels.errors import LabelError
from waste_trace.labels.layout import Layout
from waste_trace.labels.pdf import render_pdf
from waste_trace.labels.png import render_png
from waste_trace.labels.svg import render_svg

__all__ = [
    "ContainerLabel",
    "LabelError",
    "Layout",
    "layout_container_label",
    "render_pdf",
    "render_png",
    "render_svg",
]
