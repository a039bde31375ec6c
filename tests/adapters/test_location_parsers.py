"""What telephones and networks tell of a position: every field, and every malformed one named."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.location.aml import read_form, read_sms
from dispatch.adapters.location.network import CellSector
from dispatch.adapters.location.pidf import read_pidf
from geo.datum import Datum
from geo.point import Point, bearing_deg, distance_m

# The example of TS 103 625 with a place in Beijing; ml is its length.
SMS = (
    'A"ML=1;lt=+39.90872;lg=+116.39748;rd=50;top=20261121141935;lc=90;pm=W;si=460001234567890;ei=123456789012345;'
    "mcc=460;mnc=00;ml=135"
)
FORM = {
    "v": "1", "emergency_number": "120", "source": "CALL", "time": "1795270775000", "device_number": "+8613800000000",
    "location_latitude": "39.90872", "location_longitude": "116.39748", "location_time": "1795270770000",
    "location_altitude": "44.1", "location_floor": "B2", "location_source": "gps", "location_accuracy": "12.5",
    "location_vertical_accuracy": "3", "location_confidence": "0.83", "location_bearing": "120", "location_speed": "0",
    "cell_home_mcc": "460", "cell_home_mnc": "00", "cell_network_mcc": "460", "cell_network_mnc": "00",
    "device_imei": "123456789012345", "device_imsi": "460001234567890", "device_languages": "zh-CN",
}  # fmt: skip
GML = 'xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0"'
WGS = 'srsName="urn:ogc:def:crs:EPSG::4326"'
M, DEG = 'uom="urn:ogc:def:uom:EPSG::9001"', 'uom="urn:ogc:def:uom:EPSG::9102"'


def sms(**changed: str | None) -> str:
    fields = dict(part.split("=") for part in SMS[2:].split(";")) | changed
    fields.pop("ml")
    return 'A"' + ";".join(f"{name}={value}" for name, value in fields.items() if value is not None)


def form(**changed: str | None) -> bytes:
    return urlencode({name: value for name, value in (FORM | changed).items() if value is not None}).encode()


def pidf(shape: str, more: str = "") -> bytes:
    return (
        '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" '
        f'{GML} entity="tel:+8613800000000"><tuple><status><gp:geopriv><gp:location-info>{shape}{more}'
        "</gp:location-info><gp:method>Wiremap</gp:method></gp:geopriv></status>"
        "<timestamp>2026-11-21T14:19:35+08:00</timestamp></tuple></presence>"
    ).encode()


def circle(pos: str = "39.9 116.4", radius: str = "850") -> bytes:
    return pidf(f"<gs:Circle {WGS}><gml:pos>{pos}</gml:pos><gs:radius {M}>{radius}</gs:radius></gs:Circle>")


def wrong(read: object, *arguments: object) -> str:
    with pytest.raises(BadFieldError) as caught:
        read(*arguments)  # type: ignore[operator] # any parser
    return caught.value.field


def test_the_sms_is_read_whole() -> None:
    read = read_sms(SMS.replace("ml=135", f"ml={len(SMS)}"), "+8613800000000")
    assert read.area.center == Point(116.39748, 39.90872)
    assert (read.area.radius_m, read.confidence, read.number) == (50, 0.9, "+8613800000000")
    assert read.at == datetime(2026, 11, 21, 14, 19, 35, tzinfo=UTC)
    assert read.detail == {"method": "wifi", "network": "460-00"}
    assert "460001234567890" not in repr(read)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ML": "2"}, "ML"), ({"lt": None}, "lt"), ({"lg": "x"}, "lg"), ({"lg": "181"}, "lg"), ({"rd": "nan"}, "rd"),
        ({"rd": "-1"}, "rd"), ({"rd": "100001"}, "rd"), ({"top": "2026112114193"}, "top"),
        ({"top": "20261321141935"}, "top"), ({"lc": "101"}, "lc"), ({"pm": "X"}, "pm"), ({"pm": "N"}, "pm"),
        ({"si": "46a"}, "si"), ({"ei": "1"}, "ei"), ({"mcc": "46"}, "mcc"), ({"mnc": "0000"}, "mnc"),
        ({"zz": "1"}, "zz"),
    ],
)  # fmt: skip
def test_a_malformed_sms_names_its_field(changed: dict[str, str | None], field: str) -> None:
    assert wrong(read_sms, sms(**changed), "13800000000") == field


@pytest.mark.parametrize(
    ("body", "field"),
    [("", "body"), ("hello", "body"), ('A"ML=1;lt', "lt"), (sms() + ";lt=1", "lt"), (SMS, "ml"), ("A" * 600, "body")],
)
def test_what_is_no_aml_is_refused(body: str, field: str) -> None:
    assert wrong(read_sms, body, "13800000000") == field


def test_the_form_is_read_whole() -> None:
    read = read_form(form())
    assert read.area.center == Point(116.39748, 39.90872)
    assert (read.area.radius_m, read.confidence, read.indoors) == (12.5, 0.83, "B2")
    assert read.at == datetime.fromtimestamp(1_795_270_770, UTC)
    assert read.detail["method"] == "gnss"
    assert read.detail["altitude"] == "44.1"


@pytest.mark.parametrize("field", [name for name in FORM if name not in {"source", "device_languages", "time"}])
def test_a_malformed_form_names_its_field(field: str) -> None:
    assert wrong(read_form, form(**{field: "<script>alert(1)</script>!"})) == field


@pytest.mark.parametrize("field", ["device_number", "location_latitude", "location_accuracy", "location_time"])
def test_a_form_needs_what_makes_a_position(field: str) -> None:
    assert wrong(read_form, form(**{field: None})) == field


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"a=1&a=2", b"x" * 5_000])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    assert wrong(read_form, body) in {"body", "a", "device_number"}


def test_a_circle_is_read_with_its_caller_and_time() -> None:
    read = read_pidf(circle())
    assert read.area.center == Point(116.4, 39.9)
    assert (read.area.radius_m, read.confidence, read.number) == (850, 0.95, "+8613800000000")
    assert read.at == datetime(2026, 11, 21, 6, 19, 35, tzinfo=UTC)
    assert read.detail == {"method": "Wiremap"}


def test_civic_words_and_confidence_are_kept() -> None:
    civic = "<civicAddress><RD>东单北大街</RD><HNO>1</HNO><FLR>3</FLR><ROOM>301</ROOM></civicAddress>"
    civic += "<confidence>67</confidence>"
    read = read_pidf(pidf(f"<gml:Point {WGS}><gml:pos>39.9 116.4</gml:pos></gml:Point>", civic))
    assert (read.indoors, read.confidence) == ("东单北大街 1 3 301", 0.67)


def test_every_shape_holds_its_own_corners() -> None:
    shapes = {
        "ellipse": f"<gs:Ellipse {WGS}><gml:pos>39.9 116.4</gml:pos><gs:semiMajorAxis {M}>800</gs:semiMajorAxis>"
        f"<gs:semiMinorAxis {M}>200</gs:semiMinorAxis><gs:orientation {DEG}>90</gs:orientation></gs:Ellipse>",
        "arc": f"<gs:ArcBand {WGS}><gml:pos>39.9 116.4</gml:pos><gs:innerRadius {M}>300</gs:innerRadius>"
        f"<gs:outerRadius {M}>900</gs:outerRadius><gs:startAngle {DEG}>30</gs:startAngle>"
        f"<gs:openingAngle {DEG}>60</gs:openingAngle></gs:ArcBand>",
        "polygon": f"<gml:Polygon {WGS}><gml:exterior><gml:LinearRing><gml:posList>39.9 116.4 39.9 116.41 39.91 116.41 "
        "39.9 116.4</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>",
    }
    for name, shape in shapes.items():
        area = read_pidf(pidf(shape)).area
        assert len(area.outline) >= 3, name
        assert all(distance_m(area.center, each) <= area.radius_m * 1.001 for each in area.outline), name
    east = max(read_pidf(pidf(shapes["ellipse"])).area.outline, key=lambda each: each.lon)
    assert distance_m(Point(116.4, 39.9), east) == pytest.approx(800, rel=1e-3)
    mast = Point(116.4, 39.9)
    for corner in read_pidf(pidf(shapes["arc"])).area.outline:
        assert 29.9 <= bearing_deg(mast, corner) <= 90.1
        assert 299 <= distance_m(mast, corner) <= 901


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"), (b"<a", "body"), (b"x" * 70_000, "body"), (pidf(""), "location-info"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "body"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "body"),
        (circle("39.9"), "pos"), (circle("39.9 nan"), "pos"), (circle("39.9 181"), "pos"),
        (circle(radius="-1"), "radius"),
        (circle().replace(b"4326", b"4490"), "srsName"), (circle().replace(b"9001", b"9002"), "radius"),
        (circle().replace(b"+08:00", b""), "timestamp"),
        (pidf(f"<gml:Polygon {WGS}><gml:posList>39.9 116.4 39.9 116.41</gml:posList></gml:Polygon>"), "Polygon"),
    ],
)  # fmt: skip
def test_a_malformed_document_names_its_element(body: bytes, field: str) -> None:
    assert wrong(read_pidf, body) == field


def test_a_sector_lies_before_its_mast_and_is_shifted_whole() -> None:
    told = {"number": "13800000000", "lon": 116.4, "lat": 39.9, "azimuth_deg": 90, "opening_deg": 60, "range_m": 1_200}
    read = CellSector.model_validate(told | {"datum": "gcj02"}).reading()
    assert read.datum is Datum.GCJ02
    assert all(lon > 116.39 for lon, _ in read.outline())
    plain = CellSector.model_validate(told | {"datum": "wgs84"}).reading()
    assert distance_m(plain.area.center, Point(read.place().lon, read.place().lat)) > 300
    assert plain.area.center.lon > 116.4


@settings(max_examples=60)
@given(st.text(max_size=200), st.binary(max_size=300))
def test_no_nonsense_breaks_a_parser(text: str, raw: bytes) -> None:
    assert wrong(read_form, raw)
    assert wrong(read_pidf, raw)
    assert wrong(read_sms, f'A"ML=1;{text}', "13800000000")
