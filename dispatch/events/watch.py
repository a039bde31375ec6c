"""The facts of who is really there: a department's wall and its sound, and a crew that has read a changed order."""

from dispatch.fact import fact


@fact
class WallArmed:
    """A department's wall shows its page and can sound."""

    center_id: str


@fact
class WallSilent:
    """A department's wall shows its page and cannot sound: nobody has touched it since it started."""

    center_id: str


@fact
class WallLost:
    """No wall of a department has been heard of for a while."""

    center_id: str


@fact
class EndReadByCrew:
    """The crew has read that somebody else redirected or cancelled where they go, and why."""

    activation_id: str
