"""The online geocoder of a city that has none."""

from collections.abc import Sequence

from dispatch.ports import OnlinePlace


class NoPlaces:
    """No online geocoder: the answer is always nothing."""

    provider = None

    async def find(self, _words: str) -> Sequence[OnlinePlace]:
        """Return nothing."""
        return ()
