"""Numbers become pixels in one way, whatever their shape."""

from typing import Any

import numpy as np
import pytest

from scanner.scene.optics import to_image


@pytest.mark.parametrize("shape", [(40, 30, 3), (40, 30), (40, 30, 1), (1, 1, 3)])
@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int16])
def test_rounded_half_to_even_and_clipped(shape: tuple[int, ...], kind: type[np.generic]) -> None:
    values = np.random.default_rng(4).uniform(-300, 600, shape)
    values.flat[::3] = np.floor(values.flat[::3]) + 0.5
    given: np.ndarray[Any, Any] = values.astype(kind)
    expected = np.clip(np.rint(given), 0, 255).astype(np.uint8)
    made = to_image(given)
    assert made.dtype == np.uint8
    assert np.array_equal(made, expected)
