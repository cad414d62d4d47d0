"""Rendered pictures of labels and stores, seeded by an integer.

For the demonstration, the tests and the benchmarks: no footage of a real hazardous-waste store is
in reach, so every figure that comes from here says that it is synthetic.
"""

from scanner.scene.label import plain_label, qr_patch
from scanner.scene.photo import Photo, Setup, photograph, random_setup
from scanner.scene.store import StoreView, expose, store_scene, store_view

__all__ = [
    "Photo",
    "Setup",
    "StoreView",
    "expose",
    "photograph",
    "plain_label",
    "qr_patch",
    "random_setup",
    "store_scene",
    "store_view",
]
