"""What records tell is told alike by their cut bytes and by their members."""

from __future__ import annotations

from random import Random

import pytest

from handrail.engine.audit.legal import told as module
from handrail.engine.audit.legal.cut import cut
from handrail.engine.audit.legal.told import NOTHING, Teller
from handrail.engine.ledger import many

compiled = pytest.mark.skipif(many.cut is None, reason="the compiled module is not used")


@pytest.fixture(autouse=True, params=[cut, pytest.param(many.cut, marks=compiled)])
def _both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut by Python, and by what is compiled."""
    monkeypatch.setattr(module, "_cut", request.param)


CASE = "INC-2026-0001"
STEP = (
    '{"actor":{"host":"vm","how":"claimed","id":"anna","roles":["guard"]},"case":"CASE",'
    '"cseq":NUMBER,"drill":false,"facts":{"who":{"sd":"SEAL0"}},"from":["here"],'
    '"log":"a/b","note":{"sd":"SEAL1"},"occurred":"OCCURRED","prev":"PREV",'
    '"protocol":{"id":"p","revision":1,"sha256":"x"},"recorded":"RECORDED",'
    '"run":"p-1","signature":{"sd":"SEAL2"},"step":"go","to":["there"],"type":"step-taken","v":1}'
)
DUE = (
    '{"actor":{"host":"vm","how":"engine","id":"handrail","roles":[]},"case":"CASE",'
    '"cseq":NUMBER,"drill":true,"due":"DUE","log":"a/b","occurred":"OCCURRED","prev":"PREV",'
    '"recorded":"RECORDED","run":"p-1","state":"here","type":"deadline-passed","v":1}'
)
OPENED = (
    '{"actor":{"host":"vm","how":"claimed","id":"anna","roles":["guard"]},"case":"CASE",'
    '"confirmed":["carla"],"cseq":NUMBER,"drill":false,"log":"a/b","occurred":"OCCURRED",'
    '"prev":null,"recorded":"RECORDED","title":{"sd":"SEAL0"},"type":"incident-opened","v":1}'
)
SEALED = '{"sd":"SEAL0"}'
# What a forger writes, that does not stand where it stands in honest records, or twice.
FORGED = {
    "as it is": ("", ""),
    "when, in a fact before": ('"facts":{', '"facts":{"x":1,"occurred":"OCCURRED",'),
    "a fact's digest, deeper": (SEALED, f"[{SEALED}]"),
    "a fact's digest, beside another": (SEALED, '{"sd":"SEAL0","x":1}'),
    "a digest that is replaced": (SEALED, f'{SEALED},"who":{{"sd":"x"}}'),
    "a digest that replaces": ('"who":', '"who":{"sd":"y"},"who":'),
    "a digest with a gap": (SEALED, '{ "sd":"SEAL0"}'),
    "the same digest with a gap": (SEALED, '{ "sd":"the same"}'),
    "a digest of a member that has none": ('"run":"p-1"', '"run":{"sd":"SEAL3"}'),
    "when, a second time": ('"recorded":', '"occurred":"2026-01-01T00:00:00.000000Z","recorded":'),
    "recorded, a second time": ('"v":1', '"recorded":"2026-01-01T00:00:00.000000Z","v":1'),
    "recorded, in a member before": ('"protocol":{', '"protocol":{"recorded":"RECORDED",'),
    "the hash before it, in a member": ('"prev":"PREV"', '"p":{"prev":"PREV"}'),
    "a hash, where there is none": ("null", '"PREV"'),
    "no hash, where there is one": ('"PREV"', "null"),
    "a hash without its end": ('"PREV"', '"PREV'),
    "no hash, with an end": ("null", 'null"'),
    "no hash, with an end, where there is one": ('"PREV"', 'null"'),
    "its place, in who confirmed it": (
        '"case":"CASE",',
        '"case":"CASE","co":{"cseq":NUMBER,"x":1},',
    ),
    "its place, a second time": ('"v":1', '"cseq":5,"v":1'),
    "its place, in a member": ('{"actor"', '{"a":{"case":"CASE","cseq":NUMBER,"x":1},"actor"'),
    "its case, a second time": ('"v":1', '"case":"INC-2026-0002","v":1'),
    "its case, by another name": ('"actor"', '"c\\u0061se":"INC-2026-0002","actor"'),
    "its place with a sign": ("NUMBER", "-NUMBER"),
    "its place with a nought": ("NUMBER", "0NUMBER"),
    "its place with a fraction": ("NUMBER", "NUMBER.5"),
    "another type": ('"step-taken"', '"deadline-passed","due":"x"'),
    "a deadline's type": ('"deadline-passed"', '"notified"'),
    "due, a second time": ('"v":1', '"due":"2026-01-01T00:00:00.000000Z","v":1'),
    "a gap where no JSON has one": (
        '"case":"CASE","cseq":NUMBER,"drill":true,"due":"DUE',
        '\0"drill":true,"due":""case":"CASE","cseq":NUMBER,',
    ),
    "a refusal": ('"step-taken"', '"step-refused"'),
    "a text with quotes": ('"from":["here"]', '"from":["a\\",\\"occurred\\":\\"b"]'),
}


def filled(text: str, random: Random) -> bytes:
    """A record with other values, each of its own kind."""

    def time() -> str:
        month, second = random.randint(1, 9), random.randint(10, 59)
        return f"2026-0{month}-11T17:21:{second}.{random.randint(100_000, 999_999)}Z"

    values = {
        "CASE": CASE,
        "NUMBER": str(random.choice((0, 7, 55, 999, 1_000, 123_456, 10**15 - 1, "9" * 5_000))),
        "OCCURRED": time(),
        "RECORDED": time(),
        "DUE": time(),
        "PREV": f"{random.getrandbits(256):064x}",
    }
    values |= {f"SEAL{n}": f"{random.getrandbits(168):043x}" for n in range(4)}
    for name, value in values.items():
        text = text.replace(name, value)
    return text.encode()


def told(teller: Teller, data: bytes) -> object:
    """What it tells, with what counts of the form."""
    some = teller.told(CASE, [(1, CASE, data)])
    if not some:
        return None
    (one,) = some
    form = one.form
    known = (form.key, form.kind, form.run, form.host, form.who)
    return (form is NOTHING, known, *one._replace(form=NOTHING))


def plain(data: bytes) -> object:
    """What it tells to who has seen nothing yet."""
    return told(Teller(), data)


@pytest.mark.parametrize("text", [STEP, DUE, OPENED], ids=["a step", "a deadline", "an opening"])
@pytest.mark.parametrize("name", FORGED)
def test_what_is_told_by_cut_bytes_is_what_the_members_tell(name: str, text: str) -> None:
    random, teller = Random(name), Teller()  # noqa: S311 - values, no secrets
    honest = [filled(text, random) for _ in range(20)]
    forged = [filled(text.replace(*FORGED[name]), random) for _ in range(20)]
    for data in (*honest, *forged, *honest, *forged):
        assert told(teller, data) == plain(data)


@pytest.mark.parametrize("text", [STEP, DUE, OPENED], ids=["a step", "a deadline", "an opening"])
def test_bytes_that_no_parser_takes_are_told_as_such(text: str) -> None:
    random, teller = Random(1), Teller()  # noqa: S311 - values, no secrets
    for _ in range(2_000):
        data = bytearray(filled(text, random))
        if random.random() < 0.8:
            at = random.randrange(len(data))
            data[at : at + random.choice((0, 0, 1, 3))] = random.choice(
                (b"", b"\0", b'"', b"\\", b"\xff", b"}", b"0", b" ", b"\n", b'","x":"')
            )
        assert told(teller, bytes(data)) == plain(bytes(data))


def test_what_is_cut_in_another_encoding_is_no_record() -> None:
    """Its characters spell, in other bytes, what is looked for."""
    random, teller = Random(3), Teller()  # noqa: S311 - values, no secrets
    for _ in range(4):
        spelt = filled(STEP, random)
        spelt += b" " * (len(spelt) % 2)
        data = f'{{"signature":"{spelt.decode("utf-16-be")}"}}'.encode("utf-16-be")
        assert told(teller, data) is None


def test_what_is_known_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the tests above would compare a thing with itself."""
    random, teller = Random(2), Teller()  # noqa: S311 - values, no secrets
    small = [text.replace("NUMBER", "7") for text in (STEP, DUE, OPENED)]
    for text in small * 2:
        assert told(teller, filled(text, random)) is not None
    monkeypatch.setattr(Teller, "_parsed", None)
    for text in small:
        assert told(teller, filled(text, random)) is not None
