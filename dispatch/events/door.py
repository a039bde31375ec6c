"""The facts of the receiving door."""

from dispatch.fact import fact


@fact
class DoorChecked:
    """Who came was compared with who was announced; ``differing`` names what was not the same, empty: all of it was."""

    activation_id: str
    patient_id: str
    center_id: str
    differing: tuple[str, ...]  # call_sign | sex | age_band | code
