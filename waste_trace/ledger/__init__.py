"""The transparency log: signed events in, proofs out. Bytes in, bytes out.

No database, clock, network or settings live here, so that the verifier can be shipped alone to
somebody who trusts neither the server nor us. Formats are those of c2sp.org (signed-note,
tlog-checkpoint, tlog-tiles, tlog-proof, tlog-cosignature, tlog-policy), RFC 6962, RFC 8785, DSSE.
"""
