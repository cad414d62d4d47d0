"""The text of a signed label: the shape and the length of a real one, so the same QR version."""

from __future__ import annotations

import base64

import numpy as np


def token_text(seed: int) -> str:
    """``HTTPS://HOST/Q/<37>.<rotation>.<key id>.<signature>`` with a random signature."""
    rng = np.random.default_rng(seed)
    signature = base64.b32encode(rng.bytes(64)).decode("ascii").rstrip("=")
    digital_id = f"91330482MA28ABCD1X9002490820261123{seed % 1000:03d}"
    return f"HTTPS://TRACE.PINGHU.EXAMPLE/Q/{digital_id}.0.0A1B2C3D.{signature}"
