"""Scanners over real pipes, pseudo-terminals and sockets."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.station import (
    DeviceAbsent,
    DeviceClosed,
    DeviceLost,
    Flaw,
    KeyScanner,
    LineConfig,
    LineScanner,
    NotExclusive,
    Scan,
    ScanSource,
    SerialWire,
    TcpWire,
)
from scanner.station.keys import EVENT, KeyDecoder
from scanner.station.lines import Line, LineDecoder
from scanner.station.simulate import PseudoPort, key_events

TEXT = "HTTPS://TRACE.PINGHU.EXAMPLE/Q/91330482MA28ABCD1X9002490820261123001.0.0A1B2C3D.MFRGG"
TYPED = st.text(st.sampled_from([chr(c) for c in range(32, 127)]), min_size=1, max_size=60)


def next_scan(source: ScanSource) -> Scan:
    item = source.take(3)
    assert isinstance(item, Scan), item
    return item


def next_flaw(source: ScanSource) -> Flaw:
    item = source.take(3)
    assert isinstance(item, Flaw), item
    return item


@contextmanager
def keyboard(config: LineConfig | None = None) -> Iterator[tuple[KeyScanner, int]]:
    """A key scanner on a pipe, and the end into which keys are typed."""
    far, near = os.pipe()
    scanner = KeyScanner(far, config, exclusive=False)
    try:
        yield scanner, near
    finally:
        scanner.close()
        os.close(near)


@contextmanager
def serial(config: LineConfig | None = None) -> Iterator[tuple[LineScanner, PseudoPort]]:
    with PseudoPort() as port:
        scanner = LineScanner(SerialWire(port.path), config)
        try:
            yield scanner, port
        finally:
            scanner.close()


@given(TYPED)
def test_what_a_us_keyboard_types_is_what_was_in_the_code(text: str) -> None:
    (typed,) = KeyDecoder().feed(key_events(text))
    assert typed.text.decode("ascii") == text
    assert not typed.unknown
    assert not typed.lost


def test_events_cut_anywhere_come_together() -> None:
    data = key_events(TEXT)
    decoder = KeyDecoder()
    pieces = [decoder.feed(data[i : i + 17]) for i in range(0, len(data), 17)]
    assert b"".join(t.text for piece in pieces for t in piece).decode("ascii") == TEXT


@pytest.mark.parametrize(("end", "name"), [("\r", "cr"), ("\t", "tab")])
def test_a_keyboard_scanner_gives_the_text_at_enter_or_tab(end: str, name: str) -> None:
    with keyboard() as (scanner, keys):
        os.write(keys, key_events(TEXT + end))
        scan = next_scan(scanner)
    assert (scan.text, scan.end, scan.noise) == (TEXT, name, 0)
    assert scan.at.tzinfo is not None


def test_caps_lock_turns_letters_and_nothing_else() -> None:
    caps = EVENT.pack(0, 0, 1, 58, 1) + EVENT.pack(0, 0, 1, 58, 0)
    (typed,) = KeyDecoder().feed(caps + key_events("Ab1/") + caps + key_events("Ab1/"))
    assert typed.text == b"aB1/Ab1/"


def test_a_repeated_key_is_a_stall_and_not_a_character() -> None:
    repeat = EVENT.pack(0, 0, 1, 30, 2) * 9
    (typed,) = KeyDecoder().feed(key_events("a") + repeat + key_events("b"))
    assert typed.text == b"ab"


def test_a_scan_of_which_the_kernel_lost_characters_is_not_delivered() -> None:
    dropped = EVENT.pack(0, 0, 0, 3, 0)
    half = key_events("HTTPS://GOOD")
    with keyboard() as (scanner, keys):
        os.write(keys, half + dropped + key_events("X"))  # X is before the next report: stale
        os.write(keys, key_events("REST\r") + key_events("NEXT\r"))
        assert next_flaw(scanner).kind == "overrun"
        assert next_scan(scanner).text == "NEXT"


def test_keys_that_type_nothing_are_reported() -> None:
    with keyboard() as (scanner, keys):
        os.write(keys, EVENT.pack(0, 0, 1, 0x1D0, 1) + key_events("A\r"))
        assert next_flaw(scanner).kind == "unknown-keys"
        assert next_scan(scanner).text == "A"


def test_a_pipe_cannot_be_grabbed_and_says_so() -> None:
    far, near = os.pipe()
    with pytest.raises(NotExclusive) as caught:
        KeyScanner(far)
    os.close(near)
    assert caught.value.code == "device-not-exclusive"
    assert "独占" in caught.value.zh


@pytest.mark.parametrize(
    ("end", "name"), [(b"\r", "cr"), (b"\n", "lf"), (b"\r\n", "cr"), (b"\t", "tab")]
)
def test_a_serial_scanner_gives_one_text_whatever_the_end(end: bytes, name: str) -> None:
    with serial() as (scanner, port):
        port.send(TEXT.encode() + end + b"SECOND" + end)
        assert next_scan(scanner).text == TEXT
        second = next_scan(scanner)
    assert (second.text, second.end) == ("SECOND", name)


def test_a_slow_scanner_is_waited_for_and_its_label_not_cut() -> None:
    with serial(LineConfig(silence_s=1.0)) as (scanner, port):
        for byte in b"ABCDEF":
            port.send(bytes((byte,)))
            time.sleep(0.06)
        time.sleep(0.3)
        port.send(b"GH\r\n")
        assert next_scan(scanner).text == "ABCDEFGH"


def test_a_text_without_its_end_is_reported_and_does_not_spoil_the_next() -> None:
    with serial(LineConfig(silence_s=0.15)) as (scanner, port):
        port.send(b"HTTPS://HALF")
        flaw = next_flaw(scanner)
        port.send(b"WHOLE\r\n")
        assert next_scan(scanner).text == "WHOLE"
    assert (flaw.kind, flaw.count) == ("unfinished", 12)
    assert "重新扫描" in flaw.zh


def test_a_scanner_that_is_set_to_send_no_end_ends_by_silence() -> None:
    with serial(LineConfig(silence_s=0.15, ends_by_silence=True)) as (scanner, port):
        port.send(TEXT.encode())
        scan = next_scan(scanner)
    assert (scan.text, scan.end) == (TEXT, "silence")


def test_nul_bytes_are_taken_out_and_counted() -> None:
    with serial() as (scanner, port):
        port.send(b"\x00\x00AB\x00C\x7f\r\n")
        port.send(b"\x00\x00\r\n")
        scan, flaw = next_scan(scanner), next_flaw(scanner)
    assert (scan.text, scan.noise) == ("ABC", 4)
    assert (flaw.kind, flaw.count) == ("noise", 2)


def test_a_wrong_baud_rate_is_told_apart_from_silence() -> None:
    with serial() as (scanner, port):
        port.send(b"\xfe\xc1\x98\xf0\r\n")
        assert next_flaw(scanner).kind == "not-text"


def test_an_endless_text_is_dropped_and_the_next_one_read() -> None:
    with serial(LineConfig(most_bytes=100)) as (scanner, port):
        port.send(b"x" * 1000 + b"\r\n" + b"GOOD\r\n")
        flaw = next_flaw(scanner)
        assert (flaw.kind, flaw.count) == ("too-long", 1000)
        assert next_scan(scanner).text == "GOOD"


def test_an_unplugged_scanner_gives_what_it_had_and_then_says_that_it_is_gone() -> None:
    with serial() as (scanner, port):
        port.send(b"LAST\r\n")
        assert next_scan(scanner).text == "LAST"
        port.unplug()
        with pytest.raises(DeviceLost) as caught:
            scanner.take(3)
    assert caught.value.code == "device-lost"


def test_an_absent_device_says_which() -> None:
    with pytest.raises(DeviceAbsent) as caught:
        SerialWire("/dev/tty-that-is-not-there")
    assert "/dev/tty-that-is-not-there" in caught.value.zh
    with pytest.raises(DeviceAbsent):
        KeyScanner("/dev/input/by-id/nothing")


def test_a_device_server_is_a_scanner_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        scanner = LineScanner(TcpWire("127.0.0.1", server.getsockname()[1]))
        device, _ = server.accept()
        with device:
            device.sendall(b"OVER TCP\r\n")
            assert next_scan(scanner).text == "OVER TCP"
        with pytest.raises(DeviceLost):
            scanner.take(3)
        scanner.close()


def test_several_threads_share_a_scanner_and_none_gets_a_scan_twice() -> None:
    taken: list[str] = []
    with serial() as (scanner, port):

        def work() -> None:
            taken.extend(item.text for item in scanner if isinstance(item, Scan))

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        wanted = [f"CODE{number:03d}" for number in range(60)]
        for text in wanted:
            port.send(text.encode() + b"\r")
        deadline = time.monotonic() + 3
        while len(taken) < len(wanted) and time.monotonic() < deadline:
            time.sleep(0.01)
        scanner.close()
        for thread in threads:
            thread.join(2)
        assert not any(thread.is_alive() for thread in threads)
        with pytest.raises(DeviceClosed):
            scanner.take(0.1)
    assert sorted(taken) == wanted


@given(st.lists(TYPED.filter(str.strip), min_size=1, max_size=5), st.integers(1, 40))
def test_lines_do_not_depend_on_how_bytes_arrive(texts: list[str], step: int) -> None:
    data = "".join(text + "\r\n" for text in texts).encode()
    decoder = LineDecoder()
    out = [x for i in range(0, len(data), step) for x in decoder.feed(data[i : i + step], 0.0)]
    assert [x.text for x in out if isinstance(x, Line)] == texts
