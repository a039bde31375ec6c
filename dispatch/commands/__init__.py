"""Everything that can be asked of the desk: one file per stage of ``dispatch.flow``, read as one list of names.

A command says what a person or machine wants; ``flow`` decides which facts follow, or refuses. ``dispatch/command.py``
holds the envelope it comes in, ``dispatch/command_roles.py`` who may ask for what.
"""
# ruff: noqa: F403 - the names stand in the files of the stages; a list of them here would be their second home

from dispatch.commands.activation import *
from dispatch.commands.assignment import *
from dispatch.commands.call import *
from dispatch.commands.consult import *
from dispatch.commands.deadlines import *
from dispatch.commands.direct import *
from dispatch.commands.ground import *
from dispatch.commands.handoff import *
from dispatch.commands.journey import *
from dispatch.commands.link import *
from dispatch.commands.location import *
from dispatch.commands.patient import *
from dispatch.commands.record import *
from dispatch.commands.resources import *
from dispatch.commands.roads import *
from dispatch.commands.scene import *
from dispatch.commands.standby import *
from dispatch.commands.switchboard import *
from dispatch.commands.teams import *
from dispatch.commands.triage import *
from dispatch.commands.waiting import *
from dispatch.commands.watch import *
