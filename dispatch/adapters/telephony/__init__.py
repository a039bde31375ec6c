"""The telephone exchange: its signed webhook, softphones on the live socket, and what a seat asks about a call."""
