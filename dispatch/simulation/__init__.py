"""A city's day through the public interfaces only: callers, crews, hospitals are ordinary clients of HTTP and sockets.

Every choice is drawn per entity from the seed (``chance``), never by arrival order, so the same seed tells the same
day.
"""
