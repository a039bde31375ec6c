"""What is asked at the receiving door."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckAtDoor:
    """Compare who came through the door with who was announced; None where what is seen is not what was announced."""

    activation_id: str
    call_sign: str | None = None
    sex: str | None = None  # male | female | unknown
    age_band: str | None = None  # newborn | infant | unknown | "60-69"
    code: str | None = None
