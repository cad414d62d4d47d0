"""Rendered pictures of labels and stores, seeded by an integer.

For the demonstration, the tests and the benchmarks: no footage of a real hazardous-waste store is
in reach, so every figure that comes from here says that it is synthetic.
"""

from scanner.scene.label import plain_label, qr_patch
from scanner.scene.photo import Photo, Setup, photograph, random_setup

__all__ = ["Photo", "Setup", "photograph", "plain_label", "qr_patch", "random_setup"]
