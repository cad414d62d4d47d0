"""A label for a waste whose name may be too long: the longest of its names that fits."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from waste_trace.labels.container import ContainerLabel
from waste_trace.labels.container_layout import layout_container_label
from waste_trace.labels.errors import LabelError
from waste_trace.labels.layout import Layout


def layout_with_names(label: ContainerLabel, names: Sequence[str], font: Path) -> Layout:
    """Lay ``label`` out under the first of ``names`` (longest first) that leaves room for all.

    Where the label says that the waste consists of what it is called, both are shortened.

    Raises:
        LabelError: no name fits, or something else than a length is wrong.
    """
    for index, name in enumerate(names):
        same = label.main_components == label.waste_name
        named = replace(
            label, waste_name=name, main_components=name if same else label.main_components
        )
        try:
            return layout_container_label(named, font)
        except LabelError as problem:
            if "side_mm" not in problem.facts or index == len(names) - 1:
                raise
    raise LabelError("waste_name", "没有废物名称。", "There is no name for the waste.")
