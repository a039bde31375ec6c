"""The providers' own protocols, through geopy: Baidu has a class there; AMap and Tianditu are made from its base.

Each answers in its own datum: Baidu BD-09, AMap GCJ-02, Tianditu CGCS2000, which is WGS-84 within a decimetre.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
from geopy.exc import GeocoderAuthenticationFailure, GeocoderQueryError, GeocoderServiceError
from geopy.geocoders import BaiduV3
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from geo.datum import Datum

ANSWERS_MOST = 5


class AMap(Geocoder):  # type: ignore[misc] # geopy publishes no types
    """AMap's web service, ``/v3/geocode/geo``: "lon,lat" in GCJ-02."""

    def __init__(self, api_key: str, **base: Any) -> None:  # noqa: ANN401 - geopy's own options
        super().__init__(**base)
        self.api_key = api_key
        self.api = f"{self.scheme}://restapi.amap.com/v3/geocode/geo"

    def geocode(self, query: str, *, exactly_one: bool = False, timeout: float | None = None) -> Any:  # noqa: ANN401
        """Return geopy locations."""
        url = f"{self.api}?{urlencode({'key': self.api_key, 'address': query, 'output': 'JSON'})}"
        return self._call_geocoder(url, partial(self._parsed, exactly_one=exactly_one), timeout=timeout)

    def _parsed(self, page: Mapping[str, Any], *, exactly_one: bool) -> Any:  # noqa: ANN401
        if str(page.get("status")) != "1":
            told = str(page.get("info", ""))
            wrong_key = "KEY" in told or "SIGNATURE" in told
            raise GeocoderAuthenticationFailure(told) if wrong_key else GeocoderQueryError(told)
        found = [_from_amap(row) for row in page.get("geocodes", [])]
        return (found[0] if found else None) if exactly_one else found


def _from_amap(row: Mapping[str, Any]) -> Location:
    lon, lat = str(row["location"]).split(",")
    return Location(str(row.get("formatted_address", "")), (float(lat), float(lon)), dict(row))


class Tianditu(Geocoder):  # type: ignore[misc] # geopy publishes no types
    """Tianditu's ``/geocoder``: one place in CGCS2000."""

    def __init__(self, api_key: str, **base: Any) -> None:  # noqa: ANN401 - geopy's own options
        super().__init__(**base)
        self.api_key = api_key
        self.api = f"{self.scheme}://api.tianditu.gov.cn/geocoder"

    def geocode(self, query: str, *, exactly_one: bool = False, timeout: float | None = None) -> Any:  # noqa: ANN401
        """Return geopy locations."""
        asked = msgspec.json.encode({"keyWord": query}).decode()
        url = f"{self.api}?{urlencode({'ds': asked, 'tk': self.api_key})}"
        return self._call_geocoder(url, partial(self._parsed, query=query, exactly_one=exactly_one), timeout=timeout)

    def _parsed(self, page: Mapping[str, Any], *, query: str, exactly_one: bool) -> Any:  # noqa: ANN401
        if str(page.get("status")) != "0":
            raise GeocoderServiceError(str(page.get("msg", page.get("status"))))
        row = page.get("location")
        found = [] if not row else [Location(query, (float(row["lat"]), float(row["lon"])), dict(row))]
        return (found[0] if found else None) if exactly_one else found


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: how it is made, its path, its datum."""

    make: Callable[..., Any]
    path: str
    datum: Datum


PROVIDERS: Mapping[str, Provider] = {
    "amap": Provider(AMap, "/v3/geocode/geo", Datum.GCJ02),
    "baidu": Provider(BaiduV3, "/geocoding/v3/", Datum.BD09),
    "tianditu": Provider(Tianditu, "/geocoder", Datum.WGS84),
}


def geocoder(name: str, key: str, base_url: str | None, timeout_s: float) -> Any:  # noqa: ANN401 - a geopy geocoder
    """Return a provider's geocoder; ``base_url`` is a relay's address in front of it."""
    made = PROVIDERS[name].make(key, timeout=timeout_s, user_agent="green-channel")
    if base_url is not None:
        made.api = base_url.rstrip("/") + PROVIDERS[name].path
    return made


def located(name: str, geocoder: Any, words: str, timeout_s: float) -> list[Location]:  # noqa: ANN401
    """Ask a geocoder; blocks. One place or several, by the provider's habit."""
    found = geocoder.geocode(words, exactly_one=name == "baidu", timeout=timeout_s)
    rows = found if isinstance(found, list) else [] if found is None else [found]
    return rows[:ANSWERS_MOST]
