"""The words of ``gc.v1`` for both ends: the text frames, the binary waveform frame, versions and closing codes.

docs/protocol.md says what they mean; docs/protocol-schemas.json is generated from ``frames``. Imports nothing of ours.
"""
