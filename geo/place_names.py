"""Find places by name, offline: beginnings first, short names before long. A gazetteer comes later."""

from collections.abc import Sequence

from geo.osm_import import NamedPlace


class PlaceNames:
    """The names of a city's places, ready to be searched; read-only, safe for any thread."""

    def __init__(self, places: Sequence[NamedPlace]) -> None:
        self._names = tuple((f"{row.name} {row.name_en or ''}".strip().lower(), row) for row in places)

    def find(self, words: str, limit: int) -> list[NamedPlace]:
        """Return at most ``limit`` places whose name contains the words; none for no words."""
        wanted = words.strip().lower()
        if not wanted:
            return []
        hits = [(not name.startswith(wanted), len(row.name), name, row) for name, row in self._names if wanted in name]
        return [row for *_, row in sorted(hits, key=lambda hit: hit[:3])[:limit]]
