"""A site file: one city's scale and switches, one hospital's doors, and the signed numbers."""

import pytest

from center_protocols.assessment import DEFAULT_SETTINGS, ProtocolSettings
from center_protocols.site import read_site
from center_protocols.thresholds import InvalidThresholdError
from center_protocols.vocabulary import Area, Bypass, Capability, LvoScale

LVO, ALL = ("stroke_lvo",), tuple(Capability)
SITE = """
[city]
lvo_scale = "race"
area = "suburban"

[centers.angio]
direct_to_angio = true

[centers.closed]
bypass_off = ["cath_lab"]

["stroke.lams_lvo"]
value = 5
signed_by = "Dr Li"
"""


def test_a_site_decides_scale_area_numbers_and_doors() -> None:
    site = read_site(SITE)
    assert (site.lvo_scale, site.area, site.direct_to_angio) == (LvoScale.RACE, Area.SUBURBAN, False)
    assert site.thresholds["stroke.lams_lvo"].signed_by == "Dr Li"
    assert site.bypass_at("angio", (Bypass.CTA,), LVO, ALL) == (Bypass.ANGIO_SUITE,)
    assert site.bypass_at("other", (Bypass.CTA,), LVO, ALL) == (Bypass.CTA,)
    assert site.bypass_at("closed", (Bypass.CATH_LAB, Bypass.RESUS_BAY), ["stemi"], ALL) == (Bypass.RESUS_BAY,)


def test_a_centre_may_stay_out_of_what_the_city_does() -> None:
    text = "[city]\ndirect_to_angio = true\n[centers.slow]\ndirect_to_angio = false\n"
    site = read_site(text)
    assert site.bypass_at("slow", (Bypass.ANGIO_SUITE,), LVO, ALL) == (Bypass.CTA,)
    assert site.bypass_at("other", (Bypass.ANGIO_SUITE,), LVO, ALL) == (Bypass.ANGIO_SUITE,)


def test_a_possible_dissection_goes_to_the_scanner_everywhere() -> None:
    site = read_site("[city]\ndirect_to_angio = true\n")
    assert site.bypass_at("any", (Bypass.CTA,), ["aortic_dissection"], ALL) == (Bypass.CTA,)
    assert site.bypass_at("any", (Bypass.CTA,), ["aortic_dissection", "stroke_lvo"], ALL) == (Bypass.CTA,)


def test_a_stretcher_goes_only_where_the_hospital_has_the_place() -> None:
    site = read_site("")
    assert site.bypass_at("x", (Bypass.CTA,), LVO, ("ct", "ivt_24_7")) == (Bypass.CT,)
    assert site.bypass_at("x", (Bypass.CATH_LAB,), ["stemi", "cardiac_arrest"], ("ed", "resus_ed")) == ()
    assert site.bypass_at("x", (Bypass.RESUS_BAY,), ["trauma_red"], ("ed",)) == (Bypass.RESUS_BAY,)


def test_an_empty_site_file_is_what_ships() -> None:
    site = read_site("")
    assert isinstance(site, ProtocolSettings)
    assert [row.value for row in site.thresholds] == [row.value for row in DEFAULT_SETTINGS.thresholds]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[city]\nlvo_scale = "guess"\n', "city"),
        ("[city]\ncolour = 1\n", "colour"),
        ('[centers.x]\nbypass_off = ["roof"]\n', "centers"),
        ("centers = 3\n", "centers"),
        ("[[[", "TOML"),
    ],
)
def test_a_wrong_switch_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(InvalidThresholdError, match=named):
        read_site(text)
