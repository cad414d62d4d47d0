"""Base64 in exactly one spelling: whatever decodes must encode back to the same text.

RFC 4648 §3.5 lets decoders ignore stray pad bits; here they do not, because two spellings of one
signature or hash would be two files with one meaning.
"""

import base64
import binascii


def b64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 §4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def decode_b64(text: str) -> bytes:
    """Decode standard base64 with padding; ValueError for any other spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error
    if b64(data) != text:
        raise ValueError("base64 is not in its canonical spelling")
    return data


def b64url(data: bytes) -> str:
    """URL-safe base64 without padding (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_b64url(text: str) -> bytes:
    """Decode URL-safe base64 without padding; ValueError for any other spelling."""
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
    if b64url(data) != text:
        raise ValueError("base64url is not in its canonical spelling")
    return data
