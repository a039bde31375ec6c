"""The live link ``gc.v1``: sockets, feeds, outboxes, and the fan-out between processes."""
