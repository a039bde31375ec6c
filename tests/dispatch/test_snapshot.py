"""A snapshot is the city: written down, sealed, read back, the same; and one that belongs to other code is not used."""

from dispatch.snapshot import decode_city, encode_city
from dispatch.words import ERASED
from tests.dispatch.test_live_sync import whole_tale


def seal(subject: str, text: str) -> str:
    return f"sealed|{subject}|{text[::-1]}"


def unseal(token: str) -> str | None:
    return token.split("|", 2)[2][::-1]


def test_a_city_comes_back_as_it_was() -> None:
    city = whole_tale().city
    assert decode_city(encode_city(city, seal), unseal) == city


def test_no_personal_word_is_written_in_clear() -> None:
    blob = encode_city(whole_tale().city, seal).decode("utf-8", "replace")
    for word in ("赵六", "东单", "胸痛", "张三", "李医生", "typo", "nearer"):
        assert word not in blob


def test_erased_words_read_as_erased() -> None:
    city = decode_city(encode_city(whole_tale().city, seal), lambda _: None)
    assert {call.words for call in city.calls.values()} <= {ERASED, None}
    assert any(call.words == ERASED for call in city.calls.values())
