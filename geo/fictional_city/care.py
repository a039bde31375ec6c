"""Site the hospitals and the ambulance stations beside streets that certainly lead everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely

from geo.fictional_city import ground
from geo.fictional_city.grid import city_area
from geo.fictional_city.names import Name, Names
from geo.fictional_city.street import GROUND, Street

FLAGS = ("chest_pain", "stroke", "trauma", "maternal", "neonatal", "paediatric")

_HOSPITAL_ASIDE_M, _STATION_ASIDE_M = 42.0, 18.0
_STATION_EVERY_M = 2_350.0
# How many ambulances the stations hold, in turn.
_AMBULANCES = (2, 3, 1, 2, 2, 3)


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital of the plan: which of `FLAGS` it has, and capabilities beyond what the flags say."""

    center_id: str
    name: Name
    grade: str
    x: float
    y: float
    flags: frozenset[str]
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Station:
    """An ambulance station of the plan."""

    station_id: str
    name: Name
    x: float
    y: float
    ambulances: int


# Name, English, grade, wanted place, flags, capabilities beyond them.
# Wangshan and Nanping have no stroke centre, so no thrombectomy: their patients are carried on.
_HOSPITALS: tuple[tuple[str, str, str, tuple[float, float], str, str], ...] = (
    ("云泽市第一人民医院", "Yunze First People's Hospital", "三级甲等",
     (-700.0, 900.0), "chest_pain stroke trauma maternal neonatal paediatric", ""),
    ("云泽大学附属医院", "Yunze University Hospital", "三级甲等",
     (1_300.0, 2_700.0), "chest_pain stroke trauma maternal neonatal", ""),
    ("云泽市中医医院", "Yunze Hospital of Chinese Medicine", "三级甲等",
     (-3_100.0, -800.0), "stroke", ""),
    ("云泽市妇幼保健院", "Yunze Maternal and Child Hospital", "三级甲等",
     (2_700.0, -700.0), "maternal neonatal paediatric", ""),
    ("云泽市儿童医院", "Yunze Children's Hospital", "三级乙等",
     (-1_700.0, 3_200.0), "neonatal paediatric", ""),
    ("云泽市心血管病医院", "Yunze Heart Hospital", "三级甲等",
     (3_900.0, 1_300.0), "chest_pain", ""),
    ("云泽市急救创伤医院", "Yunze Trauma Hospital", "三级乙等",
     (300.0, -1_400.0), "trauma", ""),
    ("清河区人民医院", "Qinghe People's Hospital", "三级乙等",
     (-800.0, 5_800.0), "chest_pain stroke trauma", ""),
    ("清河区第二医院", "Qinghe Second Hospital", "二级甲等",
     (3_300.0, 6_100.0), "", ""),
    ("清河区妇产医院", "Qinghe Maternity Hospital", "二级甲等",
     (1_600.0, 4_800.0), "maternal", ""),
    ("沐阳区人民医院", "Muyang People's Hospital", "三级甲等",
     (6_300.0, 800.0), "chest_pain stroke maternal", ""),
    ("沐阳区中心医院", "Muyang Central Hospital", "二级甲等",
     (7_300.0, -1_400.0), "trauma paediatric", ""),
    ("望山区人民医院", "Wangshan People's Hospital", "三级乙等",
     (-6_700.0, 400.0), "chest_pain trauma", "ct;ivt_24_7"),
    ("望山区中医院", "Wangshan Hospital of Chinese Medicine", "二级甲等",
     (-7_200.0, -1_600.0), "", ""),
    ("临江区人民医院", "Linjiang People's Hospital", "三级甲等",
     (-2_600.0, -4_700.0), "chest_pain stroke trauma maternal neonatal", ""),
    ("临江区第二人民医院", "Linjiang Second People's Hospital", "二级甲等",
     (-6_300.0, -5_100.0), "", ""),
    ("南屏区人民医院", "Nanping People's Hospital", "三级乙等",
     (3_100.0, -5_300.0), "chest_pain maternal", "ct;ivt_24_7"),
    ("南屏区骨科医院", "Nanping Orthopaedic Hospital", "二级甲等",
     (6_600.0, -4_600.0), "trauma", ""),
    ("云泽机场医院", "Yunze Airport Hospital", "二级乙等",
     (7_600.0, 3_900.0), "", ""),
    ("云泽市第三医院", "Yunze Third Hospital", "二级甲等",
     (-4_300.0, 4_400.0), "", ""),
)  # fmt: skip


class Roadside:
    """Finds places beside ordinary two-way streets, which every importer connects."""

    def __init__(self, streets: Sequence[Street]) -> None:
        self._streets = [
            street
            for street in streets
            if street.level == GROUND
            and street.highway in {"secondary", "tertiary"}
            and street.name
            and not street.tags.get("bridge")
            and "oneway" not in street.tags
        ]
        self._tree = shapely.STRtree([street.line for street in self._streets])

    def beside(self, x: float, y: float, aside_m: float) -> tuple[float, float, Name]:
        """Return a place ``aside_m`` off the street nearest to the wanted one, and that street's name."""
        wanted = shapely.Point(x, y)
        street = self._streets[int(self._tree.nearest(wanted))]
        # Not at the very end: there the next street's corner is.
        along_m = min(max(street.line.project(wanted), 30.0), street.line.length - 30.0)
        foot, ahead = street.line.interpolate(along_m), street.line.interpolate(along_m + 1.0)
        right = np.array([ahead.y - foot.y, foot.x - ahead.x])
        right /= np.hypot(*right)
        side = 1.0 if float(right @ (np.array([x, y]) - (foot.x, foot.y))) >= 0.0 else -1.0
        if street.name is None:
            raise ValueError("only named streets are kept")
        return round(foot.x + side * aside_m * right[0], 2), round(foot.y + side * aside_m * right[1], 2), street.name


def site_hospitals(roadside: Roadside) -> list[Hospital]:
    """Put every hospital of the table beside the street next to its wanted place."""
    hospitals: list[Hospital] = []
    for number, (zh, en, grade, (x, y), flags, capabilities) in enumerate(_HOSPITALS, start=1):
        east, north, _ = roadside.beside(x, y, _HOSPITAL_ASIDE_M)
        codes = tuple(capabilities.split(";")) if capabilities else ()
        hospitals.append(Hospital(f"YZ{number:03d}", Name(zh, en), grade, east, north, frozenset(flags.split()), codes))
    return hospitals


def site_stations(roadside: Roadside, names: Names, chance: Random) -> list[Station]:
    """Spread stations evenly over the city, a little off a strict pattern."""
    city = city_area().buffer(-500.0)
    stations: list[Station] = []
    rows = np.arange(-ground.CITY_HALF_HEIGHT_M, ground.CITY_HALF_HEIGHT_M, _STATION_EVERY_M * 0.87)
    for row, y in enumerate(rows):
        for x in np.arange(
            -ground.CITY_HALF_WIDTH_M + row % 2 * _STATION_EVERY_M / 2.0, ground.CITY_HALF_WIDTH_M, _STATION_EVERY_M
        ):
            east, north = float(x) + chance.uniform(-300.0, 300.0), float(y) + chance.uniform(-300.0, 300.0)
            if not shapely.contains_xy(city, east, north):
                continue
            east, north, street = roadside.beside(east, north, _STATION_ASIDE_M)
            number = len(stations) + 1
            name = names.once(street, "急救站", "Ambulance Station")
            stations.append(Station(f"S{number:03d}", name, east, north, _AMBULANCES[number % len(_AMBULANCES)]))
    return stations
