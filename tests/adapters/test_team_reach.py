"""A summons goes out by push and by the hospital's gateway, says nothing of who the patient is; its fate is told."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dispatch import commands as c
from dispatch.adapters.journal.sealing import open_memory_keyring
from dispatch.adapters.pages.text_message import TextMessages
from dispatch.adapters.team.member_links import link_token, member_of
from dispatch.adapters.team.messenger import SummonsMessenger, Ways
from dispatch.adapters.team.web_push import CURVE, PushKeys, encrypted, sender_from
from dispatch.adapters.telephony.signature import SIGNATURE_HEADER, TIME_HEADER, sign
from dispatch.state.team import SummonsPhase
from tests.adapters.receiving import Receiver, Stopped, receiving
from tests.dispatch.story import SYSTEM, Story, crew, opened_city
from tests.dispatch.team_tale import CARDIOLOGIST, alarmed, asked, listed, member, on_duty, tick

SECRET = "s" * 32
CONTACT = "mailto:120@example.cn"
# RFC 8291, 5 and appendix A.
WORDS = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = PushKeys(
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "BTBZMqHH6r4Tts7J_aSIgg",
)
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def other() -> Iterator[tuple[str, Receiver]]:
    with receiving() as (url, kept):
        yield url, kept


def summoned(phone: str | None = "13911112222", push: str | None = None) -> tuple[Story, str, str]:
    """Return a tale in which one cardiologist is being asked."""
    story = opened_city(watched=False)
    person = listed(story, "王医生", CARDIOLOGIST, phone=phone)
    on_duty(story, person)
    if push is not None:
        story.ask(c.SubscribePush(person, push), member(person))
    sent = alarmed(story)
    tick(story)
    return story, sent, person


def messenger(story: Story, gateway: str | None, push_hosts: tuple[str, ...] = ()) -> SummonsMessenger:
    async def tell(fate: c.ReportSummons) -> None:
        story.ask(fate, SYSTEM)

    clock = Stopped(story.now)
    push = sender_from(SECRET, push_hosts, CONTACT)
    texts = TextMessages(None, None, clock)
    ways = Ways((gateway, SECRET), texts, push, open_memory_keyring(), "https://120.example.cn")
    return SummonsMessenger(ways, clock, tell)


def test_the_encryption_is_the_one_of_the_standard() -> None:
    ours = ec.derive_private_key(int.from_bytes(unb64(SENDER), "big"), CURVE)
    assert encrypted(BROWSER, WORDS, ours, unb64(SALT)) == unb64(BODY)
    with pytest.raises(ValueError, match="more than one push"):
        encrypted(BROWSER, b"x" * 5_000, ours, unb64(SALT))


def test_only_named_push_services_are_asked() -> None:
    sender = sender_from(SECRET, ("fcm.googleapis.com", ".notify.windows.com"), CONTACT)
    assert sender.allows("https://fcm.googleapis.com/fcm/send/abc")
    assert sender.allows("https://db5p.notify.windows.com/w/?token=1")
    hosts = ("fcm.googleapis.com.evil.cn", "127.0.0.1", "fcm.googleapis.com:8443", "notify.windows.com.cn")
    for wrong in ("http://fcm.googleapis.com/x", "file:///etc/passwd", "?", *(f"https://{each}/x" for each in hosts)):
        assert not sender.allows(wrong)


def test_every_process_with_the_secret_has_the_same_key() -> None:
    assert sender_from(SECRET, (), CONTACT).public == sender_from(SECRET, (), CONTACT).public
    assert sender_from("t" * 32, (), CONTACT).public != sender_from(SECRET, (), CONTACT).public
    assert len(unb64(sender_from(SECRET, (), CONTACT).public)) == 65


async def test_the_gateway_gets_a_signed_summons_without_the_patient(other: tuple[str, Receiver]) -> None:
    url, hospital = other
    story, sent, person = summoned()
    await messenger(story, f"{url}/page").look(story.city)
    ((head, body),) = hospital.came
    assert head[SIGNATURE_HEADER] == sign(SECRET, int(head[TIME_HEADER]), body)
    said = json.loads(body)
    assert (said["number"], said["kind"], said["voice"]) == ("13911112222", "summons", False)
    assert "疑似急性心梗 STEMI，约 15 分钟后到" in said["text"]
    assert "https://120.example.cn/team/#" in said["text"]
    assert "13800000000" not in said["text"]
    assert asked(story, sent)[person].phase is SummonsPhase.DELIVERED
    await messenger(story, f"{url}/page").look(story.city)
    assert len(hospital.came) == 1


async def test_who_does_not_answer_is_rung_by_voice_the_second_time(other: tuple[str, Receiver]) -> None:
    url, hospital = other
    story, sent, person = summoned()
    await messenger(story, url).look(story.city)
    tick(story, 61)
    tick(story, 120)
    await messenger(story, url).look(story.city)
    said = [json.loads(body) for _, body in hospital.came]
    assert [each["voice"] for each in said] == [False, True]
    assert said[0]["id"] != said[1]["id"]
    assert asked(story, sent)[person].attempt == 2


@pytest.mark.parametrize("how", ["refused", "nobody listens", "no way at all", "no number"])
async def test_what_no_way_takes_is_said_at_once(other: tuple[str, Receiver], how: str) -> None:
    url, hospital = other
    hospital.status = 500
    story, sent, person = summoned(phone=None if how == "no number" else "139")
    gateway = {"refused": url, "nobody listens": "http://127.0.0.1:9/", "no number": url}.get(how)
    await messenger(story, gateway).look(story.city)
    one = asked(story, sent)[person]
    assert (one.phase, one.ways) == (SummonsPhase.UNDELIVERED, ())


async def test_a_push_is_sealed_for_the_browser_and_signed_for_its_service(other: tuple[str, Receiver]) -> None:
    url, service = other
    origin = url.removesuffix("/post")
    browser = ec.generate_private_key(CURVE)
    public = urlsafe_b64encode(browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    push = {"endpoint": f"{origin}/send/1", "keys": {"p256dh": public.decode().rstrip("="), "auth": BROWSER.auth}}
    story, sent, person = summoned(phone=None, push=json.dumps(push))
    await messenger(story, None, (origin,)).look(story.city)
    ((head, body),) = service.came
    assert (head["Content-Encoding"], head["Urgency"], body[16:20]) == ("aes128gcm", "high", b"\x00\x00\x10\x00")
    token, key = head["Authorization"].removeprefix("vapid t=").split(", k=")
    signed, _, signature = token.rpartition(".")
    r, s = (int.from_bytes(part, "big") for part in (unb64(signature)[:32], unb64(signature)[32:]))
    ours = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(key))
    ours.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
    assert json.loads(unb64(signed.split(".")[1]))["aud"] == origin
    assert asked(story, sent)[person].ways == ("push",)


async def test_a_damaged_subscription_is_no_delivery() -> None:
    story, sent, person = summoned(phone=None, push='{"endpoint": 7}')
    await messenger(story, None).look(story.city)
    assert asked(story, sent)[person].phase is SummonsPhase.UNDELIVERED


async def test_who_was_asked_is_told_to_go_home(other: tuple[str, Receiver]) -> None:
    url, hospital = other
    story, sent, person = summoned()
    await messenger(story, url).look(story.city)
    story.ask(c.CancelActivation(sent, "家属放弃"), crew("U1"))
    tick(story)
    await messenger(story, url).look(story.city)
    assert [json.loads(body)["kind"] for _, body in hospital.came] == ["summons", "stand_down"]
    assert asked(story, sent)[person].phase is SummonsPhase.STOOD_DOWN


def test_a_link_opens_one_persons_page_until_its_time() -> None:
    keyring, now = open_memory_keyring(), Stopped(opened_city(watched=False).now).now()
    token = link_token(keyring, "M1", now + timedelta(hours=1))
    other = link_token(keyring, "M2", now + timedelta(hours=1))
    assert member_of(keyring, token, now) == "M1"
    assert member_of(keyring, token, now + timedelta(hours=1)) is None
    assert member_of(keyring, f"M2.{token.partition('.')[2]}", now) is None
    assert member_of(keyring, f"{token[:-4]}AAAA", now) is None
    assert member_of(keyring, "M1.", now) is None
    sealed_name = keyring.seal("member:M1", "member-linkage").rpartition("|")[2]
    assert member_of(keyring, f"M1.{sealed_name}", now) is None
    keyring.destroy("member:M1")
    assert member_of(keyring, token, now) is None
    assert member_of(keyring, other, now) == "M2"
