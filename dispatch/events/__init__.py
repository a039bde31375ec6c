"""Every fact, past tense, complete and frozen: one file per stage of ``dispatch.flow``, read as one list of names.

A fact travels inside the ``Fact`` envelope (``dispatch/fact.py``), which says when it happened, who said so and with
what clock. Fields marked ``personal`` are sealed with the key of their subject before they reach storage; the hash
covers the sealed bytes. New fields get a default, a changed meaning gets a new version: tests/dispatch/golden keeps
one example of every kind for ever.
"""
# ruff: noqa: F403 - the names stand in the files of the stages; a list of them here would be their second home

from dispatch.events.activation import *
from dispatch.events.assignment import *
from dispatch.events.call import *
from dispatch.events.consult import *
from dispatch.events.deadlines import *
from dispatch.events.direct import *
from dispatch.events.ground import *
from dispatch.events.handoff import *
from dispatch.events.journey import *
from dispatch.events.link import *
from dispatch.events.location import *
from dispatch.events.patient import *
from dispatch.events.record import *
from dispatch.events.resources import *
from dispatch.events.roads import *
from dispatch.events.scene import *
from dispatch.events.standby import *
from dispatch.events.switchboard import *
from dispatch.events.teams import *
from dispatch.events.triage import *
from dispatch.events.waiting import *
from dispatch.events.watch import *
from dispatch.fact import FACTS as FACTS
