"""A client of ``gc.v1`` in Python: what simulation, tests and other systems use to speak to a green channel.

``link`` owns the socket; everything it decides is in the other modules, which know no socket: ``feed`` (the tables),
``clock``, ``uplink`` (what is sent when), ``outbox`` (what is owed, durable), ``wave_pace`` (waveforms on a slow line).
``steady_http`` is beside it: HTTP whose connections survive whoever stops waiting.
web/shared is the same in TypeScript; tests/contracts/gc_v1_cases.json holds both to the same behaviour.
"""
