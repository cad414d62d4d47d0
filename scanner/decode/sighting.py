"""What a look has gathered so far: reads by place, disputes, and codes located but not read."""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.decode.reads import Quad, Read, Unread, same_place


@dataclass(slots=True)
class Sightings:
    """Reads of one picture, at most one for each place, and none that two engines dispute."""

    reads: list[Read] = field(default_factory=list)
    _disputed: list[Quad] = field(default_factory=list)
    _located: list[Unread] = field(default_factory=list)

    def add(self, read: Read) -> None:
        """Keep a read, unless its place is read already; a different text there rejects both."""
        if any(same_place(read.quad, quad) for quad in self._disputed):
            return
        for known in self.reads:
            if same_place(known.quad, read.quad):
                if known.text != read.text:
                    self.reads.remove(known)
                    self._disputed.append(known.quad)
                return
        self.reads.append(read)

    def locate(self, quad: Quad, reason: str) -> None:
        """Note a code that is seen and not read."""
        if not any(same_place(quad, other.quad) for other in self._located):
            self._located.append(Unread(quad, reason))

    def unread(self) -> list[Unread]:
        """Located codes that no read covers, disputed ones last."""
        open_ = [
            seen
            for seen in self._located
            if not any(same_place(seen.quad, read.quad) for read in self.reads)
            and not any(same_place(seen.quad, quad) for quad in self._disputed)
        ]
        return open_ + [Unread(quad, "disputed") for quad in self._disputed]
