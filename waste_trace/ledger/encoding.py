"""Base64 in exactly one spelling: whatever decodes must encode back to the same text.

RFC 4648 §3.5 lets decoders ignore stray pad bits; here they do not, because two spellings of one
signature or hash would be two files with one meaning.
"""

import binascii

_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), str.maketrans("-_", "+/")


def b64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 §4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def decode_b64(text: str) -> bytes:
    """Decode standard base64 with padding; ValueError for any other spelling."""
    # The decoder skips what is not base64; the comparison below does not.
    data = binascii.a2b_base64(text)
    if b64(data) != text:
        raise ValueError("base64 is not in its canonical spelling")
    return data


def b64url(data: bytes) -> str:
    """URL-safe base64 without padding (RFC 4648 §5)."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def decode_b64url(text: str) -> bytes:
    """Decode URL-safe base64 without padding; ValueError for any other spelling."""
    data = binascii.a2b_base64(text.translate(_FROM_URL) + "=" * (-len(text) % 4))
    if b64url(data) != text:
        raise ValueError("base64url is not in its canonical spelling")
    return data
