"""Does a camera's own clock run with ours? A replay, a restart and a wrong pts show as a jump."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Clockwork:
    """Compares steps of stream time with steps of receive time, both in seconds."""

    tolerance_s: float
    _last: tuple[float, float] | None = None
    _lag_s: float = 0.0

    def check(self, pts_s: float, received_s: float) -> float | None:
        """How far the stream's clock jumped against ours (negative: back), None if it did not.

        A network that delivers late and then all at once is no jump: only a frame that claims to
        be later than time has passed, or earlier than the one before it.
        """
        last, self._last = self._last, (pts_s, received_s)
        if last is None:
            return None
        step, passed = pts_s - last[0], received_s - last[1]
        # What was delivered late may be caught up.
        self._lag_s = max(0.0, self._lag_s + passed - step)
        if step < -0.001:
            self._lag_s = 0.0
            return step
        ahead = step - passed - self._lag_s
        if ahead > self.tolerance_s:
            self._lag_s = 0.0
            return ahead
        return None
