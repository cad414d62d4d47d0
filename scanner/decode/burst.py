"""A burst of frames, or a clip, read as one look: what no single frame shows whole.

Every frame is read by itself. Codes that are seen and not read, or nothing at all, are tried again
on the aligned frames together: a code half hidden in one frame and half in the next, or drowned in
noise. What still does not read is reported as seen, with the frames that saw it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from scanner.decode import DecodeConfig, Policy, look
from scanner.decode.align import Aligner
from scanner.decode.compose import composites, stacked
from scanner.decode.prepare import luma
from scanner.decode.reads import Floats, Gray, Quad, as_array, as_quad, same_place


class BurstConfig(BaseModel):
    """How much a burst may cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    frame_ms: int = Field(
        250,
        ge=1,
        title="Time budget of one frame, milliseconds",
        description="A clean code takes 5 ms; the rest is for frames that hold a poor one.",
    )
    together_ms: int = Field(
        900,
        ge=1,
        title="Time budget of one composite, milliseconds",
        description="Two composites, and only when something is unread.",
    )
    most_frames: int = Field(
        60,
        ge=1,
        title="Frames that are kept",
        description="60 frames of 1080p are 120 MB. Later frames are left out and counted.",
    )


@dataclass(frozen=True, slots=True)
class BurstRead:
    """One text, once. Quad in the frame ``first``; ``how``: "frame", or the composite's name.

    ``first``, ``last``: indices of frames that show it; ``frames``: how many were read. For a
    composite: the span and number of the frames that made it.
    """

    text: str
    format: str
    quad: Quad
    first: int
    last: int
    frames: int
    how: str


@dataclass(frozen=True, slots=True)
class BurstUnread:
    """A code that some frames show and nothing reads. Quad in the frame ``first``."""

    quad: Quad
    reason: str
    first: int
    last: int
    frames: int


@dataclass(frozen=True, slots=True)
class Burst:
    """What a burst shows.

    ``unaligned``: frames that do not show the same as the others; ``left_out``: those too many.
    """

    reads: tuple[BurstRead, ...]
    unread: tuple[BurstUnread, ...]
    frames: int
    unaligned: int
    left_out: int
    ms: float


@dataclass(slots=True)
class _Track:
    """Sightings that are one code. ``here``: its quad in the reference frame, the newest."""

    here: Quad
    first_quad: Quad
    first: int
    last: int
    reason: str
    frames: int = 1
    format: str = ""
    text: str = ""
    times: int = 0


def read_burst(
    frames: Iterable[Gray],
    *,
    config: BurstConfig | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Burst:
    """Read frames (uint8, HxW or HxWx3 BGR, all of one size) together.

    Raises:
        ValueError: no frame, or an array that is no such image.
    """
    config = config or BurstConfig()
    start = clock()
    grays: list[Gray] = []
    left_out = 0
    for frame in frames:
        if len(grays) < config.most_frames:
            grays.append(luma(frame))
        else:
            left_out += 1
    if not grays:
        raise ValueError("a burst has at least one frame")
    reference = _sharpest(grays)
    aligner = Aligner(grays[reference])
    warps = [
        np.eye(3) if i == reference else aligner.to_reference(gray) for i, gray in enumerate(grays)
    ]
    tracks = _tracks(grays, warps, config)
    _absorb(tracks)
    together = _together(grays, warps, reference, tracks, config)
    return Burst(
        tuple(_reads(tracks) + together),
        tuple(
            BurstUnread(t.first_quad, t.reason, t.first, t.last, t.frames)
            for t in tracks
            if not t.text
        ),
        len(grays),
        sum(warp is None for warp in warps),
        left_out,
        round((clock() - start) * 1000, 3),
    )


def _sharpest(grays: list[Gray]) -> int:
    # Blurred first: in the dark, the noisiest frame would be the sharpest.
    scores = [
        float(cv2.Laplacian(cv2.GaussianBlur(g, (0, 0), 1.5), cv2.CV_32F).std()) for g in grays
    ]
    return int(np.argmax(scores))


def _tracks(grays: list[Gray], warps: list[Floats | None], config: BurstConfig) -> list[_Track]:
    settings = DecodeConfig(policy=Policy.SEEN, budget_ms=config.frame_ms)
    tracks: list[_Track] = []
    for index, (gray, warp) in enumerate(zip(grays, warps, strict=True)):
        seen = look(gray, config=settings)
        for read in seen.reads:
            track = _sighted(tracks, read.quad, warp, index, "", read.text)
            track.text, track.format = read.text, read.format
            track.times += 1
        for unread in seen.unread:
            _sighted(tracks, unread.quad, warp, index, unread.reason, "")
    return tracks


def _sighted(
    tracks: list[_Track], quad: Quad, warp: Floats | None, index: int, reason: str, text: str
) -> _Track:
    here = quad if warp is None else _moved(quad, warp)
    # The same text is the same code wherever it has gone; otherwise the same place is.
    track = next((t for t in tracks if text and text == t.text), None) or next(
        (t for t in tracks if same_place(t.here, here) and not (text and t.text)), None
    )
    if track is None:
        track = _Track(here, quad, index, index, reason)
        tracks.append(track)
    else:
        track.frames += track.last != index
        track.here, track.last = here, index
    return track


def _absorb(tracks: list[_Track]) -> None:
    """A place that was read in one frame is no unread place because another frame failed there."""
    read = [t for t in tracks if t.text]
    for track in [t for t in tracks if not t.text]:
        owner = next((t for t in read if same_place(t.here, track.here)), None)
        if owner is not None:
            owner.first, owner.last = min(owner.first, track.first), max(owner.last, track.last)
            tracks.remove(track)


def _together(
    grays: list[Gray],
    warps: list[Floats | None],
    reference: int,
    tracks: list[_Track],
    config: BurstConfig,
) -> list[BurstRead]:
    """Reads that only the frames together give; tracks that they explain are taken off."""
    used = [i for i, warp in enumerate(warps) if warp is not None]
    if len(used) < 2 or (tracks and all(t.text for t in tracks)):
        return []
    stack = stacked([grays[i] for i in used], [w for w in warps if w is not None])
    settings = DecodeConfig(policy=Policy.SEEN, budget_ms=config.together_ms)
    back = np.asarray(np.linalg.inv(_warp(warps, used[0])), np.float64)
    out: list[BurstRead] = []
    for name, picture in composites(stack):
        seen = look(picture, config=settings)
        for unread in seen.unread:
            if not any(same_place(t.here, unread.quad) for t in tracks):
                quad = _moved(unread.quad, back)
                track = _Track(unread.quad, quad, used[0], used[-1], unread.reason, len(used))
                tracks.append(track)
        for read in seen.reads:
            known = [t for t in tracks if t.text]
            if any(read.text == t.text or same_place(t.here, read.quad) for t in known):
                continue
            if all(read.text != other.text for other in out):
                quad = _moved(read.quad, back)
                out.append(
                    BurstRead(read.text, read.format, quad, used[0], used[-1], len(used), name)
                )
            tracks[:] = [t for t in tracks if t.text or not same_place(t.here, read.quad)]
        if out and all(t.text for t in tracks):
            break
    return out


def _warp(warps: list[Floats | None], index: int) -> Floats:
    warp = warps[index]
    return np.eye(3) if warp is None else warp


def _moved(quad: Quad, warp: Floats) -> Quad:
    points = as_array(quad).reshape(-1, 1, 2)
    return as_quad(np.asarray(cv2.perspectiveTransform(points, warp), np.float64).reshape(4, 2))


def _reads(tracks: list[_Track]) -> list[BurstRead]:
    return [
        BurstRead(t.text, t.format, t.first_quad, t.first, t.last, t.times, "frame")
        for t in tracks
        if t.text
    ]
