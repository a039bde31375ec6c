"""An embedded city loads no library that it does not use: each takes memory for as long as it serves."""

import subprocess
import sys

# Maps are read and drawn at set-up, names are read by `geo.places.readings`, PostgreSQL is for production.
NOT_LOADED = (
    "osmium",
    "mapbox_vector_tile",
    "pypinyin",
    "scipy.linalg",
    "scipy.sparse",
    "scipy.spatial",
    "psycopg",
    "redis",
    "geopy",
)

LOADED = f"""
import sys
import dispatch.terminal.serve
from geo.without_blas import load_numba
load_numba()
import numba.np.arraymath, numba.np.linalg
print(*(name for name in {NOT_LOADED!r} if name in sys.modules))
"""


def test_a_server_of_one_city_loads_only_what_it_uses() -> None:
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
