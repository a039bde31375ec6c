"""What every change is: a city and a fact go in, the city after it comes out."""

from collections.abc import Callable
from typing import Any, TypeAlias

from dispatch.city import City
from dispatch.fact import Fact

Change: TypeAlias = Callable[[City, Fact, Any], City]
