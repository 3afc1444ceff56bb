"""The compiled functions against the Python that they stand in for."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.audit.chains import Chains, Entries
from handrail.engine.audit.findings import Report
from handrail.engine.audit.legal.cut import cut as in_python
from handrail.engine.audit.legal.cut import mark_of
from handrail.engine.ledger import many, record
from handrail.engine.ledger.many import Built
from handrail.engine.ledger.record import canonical, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    from handrail import _many
except ImportError:
    _many = None

FITS = bool(_many) and many._fits(_many.SOURCE)
compiled = pytest.mark.skipif(not FITS, reason="the compiled module was not built from this source")

# -- hashing -------------------------------------------------------------------------


@compiled
@given(st.lists(st.binary(max_size=200)), st.integers(0, 3_000))
def test_hashes_are_those_of_python(some: list[bytes], more: int) -> None:
    some.append(bytes(more))
    assert _many.leaf_hashes(some) == record.leaf_hashes(some)
    assert _many.node_hashes(some) == record.node_hashes(some)
    assert _many.leaf_hashes(iter(some)) == record.leaf_hashes(some)
    assert _many.node_hashes(one for one in some) == record.node_hashes(some)


@pytest.mark.parametrize("module", [record, pytest.param(_many, marks=compiled)])
@pytest.mark.parametrize("other", ["text", None, 1, 1.5, [b""]])
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_what_is_no_bytes_is_refused(module: Any, other: Any, place: int) -> None:
    some: list[Any] = [b"x"] * 4
    some[place] = other
    for function in (module.leaf_hashes, module.node_hashes):
        with pytest.raises(TypeError):
            function(some)
        with pytest.raises(TypeError):
            function(1)


@pytest.mark.parametrize("module", [record, pytest.param(_many, marks=compiled)])
def test_an_iterable_can_fail_and_can_come_back(module: Any) -> None:
    def back(deep: int) -> Iterator[bytes]:
        yield b"a"
        yield module.leaf_hashes(back(deep - 1))[0] if deep else b"b"
        if deep == 2:
            raise OSError("gone")
        yield b"c"

    assert module.leaf_hashes(back(0)) == [leaf_hash(one) for one in (b"a", b"b", b"c")]
    assert module.leaf_hashes(back(1))[1] == leaf_hash(leaf_hash(b"a"))
    for function in (module.leaf_hashes, module.node_hashes):
        with pytest.raises(OSError, match="gone"):
            function(back(2))


# -- what is plainly right -------------------------------------------------------------

Row = tuple[Any, ...]


def log(cases: int, records: int, first: int = 0, name: str = "INC-{}") -> list[Row]:
    """Rows of cases in turn, of one form and of others, as they come from a store."""
    heads: dict[str, tuple[int, str | None]] = {}
    rows = []
    for number in range(records):
        case = name.format(number % cases)
        cseq, prev = heads.get(case, (first, None))
        members: dict[str, Any] = {"conditions": number} if number % 7 == 3 else {}
        members |= {"actor": {"id": "a" * (number % 3)}, "case": case, "cseq": cseq, "prev": prev}
        data = canonical(members | {"text": "x" * (number % 5 * 20)})
        rows.append((case, cseq, leaf_hash(data), data))
        heads[case] = (cseq + 1, leaf_hash(data).hex())
    return rows


class NoReader:
    """Nothing was set aside: nothing is looked up."""

    def case_records(self, case: str, cseq: int) -> list[bytes]:
        raise AssertionError(case, cseq)


Told = tuple[list[int], list[Any], list[Any], Any]


def told(rows: list[Row], batch: int, plain: Any, kind: type[Chains] = Chains) -> Told:
    """What is doubtful, what is found, and where the cases go on then."""
    report = Report()
    chains = kind(NoReader(), report)  # type: ignore[arg-type] # all that is asked of it
    doubtful = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("handrail.engine.audit.chains.plain", plain)
        for start in range(0, len(rows), batch):
            part = rows[start : start + batch]
            for at in chains.doubtful(part, record.leaf_hashes(row[3] for row in part)):
                doubtful.append(start + at)
                chains.follow(start + at, *part[at])
    findings = [(one.code, one.seq, one.case, str(one.params)) for one in report.findings]
    stretches = chains.stretches() if isinstance(chains, Entries) else []
    return doubtful, findings, stretches, chains._heads


def by(plain: Any, rows: list[Row], batch: int, kind: type[Chains]) -> Any:
    """The same, or how it fails: on what no batch holds that was hashed."""
    try:
        return told(rows, batch, plain, kind)
    except (TypeError, ValueError) as error:
        return type(error)


CASE = st.sampled_from(["INC-0", "INC-1", "INC-9", "", "\ud800", '"', None, b"INC-0", 1, 2.5])
NUMBER = st.one_of(st.integers(-3, 1_010), st.sampled_from([2**63 - 2, 2**63 - 1, -(2**63), 2**80]))
LEAF = st.one_of(st.binary(max_size=33), st.sampled_from([None, "x" * 32, 1, bytes(32)]))


def cut(data: bytes, at: int) -> bytes:
    return data[:at]


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] if at < len(data) else data


def doubled(data: bytes, at: int) -> bytes:
    return data[:at] + data


ALTERED = st.tuples(st.sampled_from([cut, flipped, doubled]), st.integers(0, 250))
FORGED = st.one_of(
    st.tuples(st.just(0), CASE),
    st.tuples(st.just(1), NUMBER),
    st.tuples(st.just(2), LEAF),
    st.tuples(st.just(3), st.binary(max_size=20)),
    st.tuples(st.just(4), ALTERED),
)


def forged(row: Row, column: int, value: Any) -> Row:
    """A row with another value; altered bytes have the hash that they have."""
    if column == 4:
        data = value[0](row[3], value[1])
        return (*row[:2], leaf_hash(data), data)
    return (*row[:column], value, *row[column + 1 :])


@compiled
@given(
    cases=st.integers(1, 6),
    first=st.sampled_from([0, 0, 998, 2**53 - 100]),
    changes=st.lists(st.tuples(st.integers(0, 59), FORGED), max_size=4),
    swaps=st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59)), max_size=2),
    batch=st.sampled_from([1, 7, 60]),
    kind=st.sampled_from([Chains, Entries]),
)
def test_what_is_doubtful_is_what_python_doubts(  # noqa: PLR0913, PLR0917 - what is varied
    cases: int,
    first: int,
    changes: list[Any],
    swaps: list[tuple[int, int]],
    batch: int,
    kind: type[Chains],
) -> None:
    rows = log(cases, 60, first)
    for at, change in changes:
        rows[at] = forged(rows[at], *change)
    for one, other in swaps:
        rows[one], rows[other] = rows[other], rows[one]
    python, native = by(None, rows, batch, kind), by(_many.plain, rows, batch, kind)
    if isinstance(python, tuple):
        assert native[1:] == python[1:]
        assert set(native[0]) >= set(python[0])  # to look closer at more is not to find more
        assert changes or kind is Entries or native[0] == python[0]
    else:
        assert native is python


@compiled
@pytest.mark.parametrize("kind", [Chains, Entries])
def test_an_honest_log_is_plainly_right(kind: type[Chains]) -> None:
    rows = log(6, 60)
    for one in (None, _many.plain):
        doubtful, findings, *_ = told(rows, 20, one, kind)
        assert not findings
        assert doubtful == [at for at in range(60) if at % 7 == 3]  # conditions stand between


@compiled
def test_numbers_are_followed_over_each_length() -> None:
    rows = log(1, 12_000)
    assert told(rows, 256, _many.plain) == told(rows, 256, None)


@compiled
def test_what_stands_at_either_end_is_found() -> None:
    ((case, _, leaf, data),) = log(1, 1)
    last = b'"prev":"%b",,"case":"INC-0","cseq":1,' % leaf.hex().encode()
    rows = [(case, 0, leaf, data), (case, 1, leaf_hash(last), last)]
    assert told(rows, 2, _many.plain)[0] == told(rows, 2, None)[0] == []


@compiled
@pytest.mark.parametrize("length", range(0, 140, 7))
def test_a_record_that_ends_early_is_not_read_on(length: int) -> None:
    rows = log(1, 3)
    case, cseq, _, data = rows[2]
    rows[2] = (case, cseq, leaf_hash(data[:length]), data[:length])
    assert told(rows, 3, _many.plain) == told(rows, 3, None)


@compiled
@pytest.mark.parametrize("length", [490, 500, 501, 502, 510, 520, 5_000])
def test_a_long_name_of_a_case_is_followed(length: int) -> None:
    rows = log(2, 40, name="{}" + "n" * length)
    assert told(rows, 16, _many.plain)[1:] == told(rows, 16, None)[1:]


@pytest.mark.parametrize("plain", [None, pytest.param(_many and _many.plain, marks=compiled)])
def test_a_number_below_zero_is_never_read_as_another(plain: Any) -> None:
    (row,) = log(1, 1)
    data = row[3].replace(b'"cseq":0', b'"cseq":995')
    _, findings, *_ = told([(row[0], -5, leaf_hash(data), data)], 1, plain, Entries)
    assert [one[0] for one in findings] == ["column-differs"]


RIGHT = log(1, 3)
HEADS = {"INC-0": [0, b'"prev":null,', b'"case":"INC-0","cseq":']}


@compiled
@given(
    at=st.integers(-2, 5),
    rows=st.lists(
        st.one_of(
            st.sampled_from(RIGHT),
            st.tuples(CASE, st.one_of(NUMBER, CASE), LEAF, LEAF),
            st.tuples(CASE, NUMBER),
            CASE,
        ),
        max_size=4,
    ),
    found=st.lists(LEAF, max_size=4),
    known=st.lists(st.one_of(NUMBER, CASE, LEAF), max_size=4),
)
def test_nothing_that_stands_in_lists_is_trusted(
    at: int, rows: list[Any], found: list[Any], known: list[Any]
) -> None:
    for heads in ({}, {"INC-0": known}, {name: [*one] for name, one in HEADS.items()}):
        try:
            assert _many.plain(rows, found, heads, at) >= at
        except IndexError:
            assert at < 0 or len(found) < len(rows)


@compiled
@pytest.mark.parametrize("wrong", [(), (1, 2, 3, 4), ((), [], {}, 0), ([], [], {}, 0.5)])
def test_other_arguments_are_refused(wrong: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        _many.plain(*wrong)


@compiled
@pytest.mark.parametrize("both", [False, True])
def test_a_list_that_is_emptied_meanwhile_is_not_read_on(*, both: bool) -> None:
    rows = log(1, 3)
    found = record.leaf_hashes(row[3] for row in rows)

    class Clash:
        def __hash__(self) -> int:
            return hash("INC-0")

        def __eq__(self, other: object) -> bool:
            for one in emptied:
                one.clear()
            return False

    emptied: list[list[Any]] = []
    heads = {Clash(): []} | {name: [*one] for name, one in HEADS.items()}
    emptied += [rows, found] if both else [rows]
    if both:
        with pytest.raises(IndexError):
            _many.plain(rows, found, heads, 0)
    else:
        assert _many.plain(rows, found, heads, 0) == 1


@compiled
def test_nothing_is_kept() -> None:
    rows = log(1, 60)
    found = [row[2] for row in rows]

    def all_ways(rounds: int) -> int:
        for _ in range(rounds):
            assert _many.plain(rows, found, {name: [*one] for name, one in HEADS.items()}, 0) == 3
            _many.node_hashes(found)
            for data in CUT:
                _many.cut(MARK, data)
            for wrong in ([b"", ""], [b"", b"", b"", 1], 1):
                for function in (_many.leaf_hashes, _many.node_hashes):
                    with suppress(TypeError):
                        function(wrong)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    held = [*rows, *(one for row in rows for one in row if not isinstance(one, int))]
    counts = [sys.getrefcount(one) for one in held]
    tracemalloc.start()
    begun, grown = all_ways(50), all_ways(200)
    tracemalloc.stop()
    assert [sys.getrefcount(one) for one in held] == counts
    assert grown - begun < 2_000
    pages = resident()
    for _ in range(100_000):
        _many.leaf_hashes([b""])
    assert resident() - pages < 1_000


def resident() -> int:
    """Pages that are resident, where the system says so."""
    said = Path("/proc/self/statm")
    return int(said.read_text().split()[1]) if said.exists() else 0


# -- records, cut --------------------------------------------------------------------

MARK = mark_of("INC-0")
NUMBERS = [
    "0",
    "7",
    "999",
    "1000",
    "123456789012345",
    "1234567890123456",
    "007",
    "-1",
    "",
    "\u0663",
]
TIMES = ["2026-11-22T12:34:56.000000Z", "2026-11-22T12:34:56.123456+", "2026-11-22 12:34:56", ""]
HASHES = [
    *(f'"{(hash_ * 64)[:64]}"' for hash_ in ("0af", "g", "-", '"')),
    *('"%s"' % ("0" * size) for size in (0, 10, 63, 65)),
    *("0" * 64, '"%s' % ("0" * 64), "null", "null,", 'null"', "nul", ""),
]
SEALS = ["a-_Z" * 12, "-_" * 22, "a" * 42, "a" * 42 + "\\", "", '{"sd":"']
HOLES = ["\0", "\1", "\x7f", "\xe9", '"', ",", '"drill":true,"due":"', '"drill":false,"due":"']
NAMES = [
    *('"occurred":"', ',"occurred":"', '"prev":', '"recorded":"', MARK.decode(), '"cseq":'),
    '{"sd":"',
]
ANY = st.one_of(
    st.sampled_from([*NUMBERS, *TIMES, *HASHES, *SEALS, *HOLES, *NAMES]), st.text(max_size=5)
)
SEALED = st.sampled_from(SEALS).map(lambda seal: f'"f":{{"sd":"{seal}"}},')
LATE = st.tuples(st.sampled_from(HOLES[-2:]), st.sampled_from(TIMES)).map("".join)
JUNK = st.lists(st.one_of(st.just(""), SEALED, ANY), max_size=2).map("".join)
PARTS = st.tuples(
    *(JUNK, st.just(MARK.decode()), st.one_of(st.just(""), JUNK), st.just(NAMES[5])),
    *(st.sampled_from(NUMBERS), st.just(",")),
    *(st.one_of(JUNK, LATE), st.just(NAMES[1]), st.sampled_from(TIMES)),
    *(JUNK, st.just(NAMES[2]), st.sampled_from(HASHES)),
    *(JUNK, st.just(NAMES[3]), st.sampled_from(TIMES), JUNK),
)


# Cut; cut without what was sealed; and neither.
HONEST = '{%s"cseq":7,,"occurred":"%s","prev":%s,"recorded":"%s"}'
CUT = [
    (HONEST % (MARK.decode(), TIMES[0], HASHES[0], TIMES[0])).replace("}", more).encode()
    for more in ("}", f'","f":{{"sd":"{SEALS[0]}"}}}}', f'","f":{{"sd":"{SEALS[3]}"}}}}')
]


@compiled
@pytest.mark.parametrize("at", range(16))
def test_a_record_with_one_part_altered_is_cut_as_python_cuts_it(at: int) -> None:
    honest = ["{", MARK.decode(), "", NAMES[5], "7", ",", "", NAMES[1], TIMES[0], '",']
    honest += [NAMES[2], HASHES[0], ",", NAMES[3], TIMES[0], '"}']
    others = [*NUMBERS, *TIMES, *HASHES, *HOLES, *NAMES]
    others += [f'"f":{{"sd":"{seal}"}},' for seal in SEALS]
    others += [late + time for late in HOLES[-2:] for time in TIMES]
    cuts = 0
    for other in others:
        data = "".join([*honest[:at], other, *honest[at + 1 :]]).encode()
        found = _many.cut(MARK, data)
        assert found == in_python(MARK, data)
        cuts += found is not None
    assert cuts


@compiled
def test_a_record_is_cut_at_its_very_edges_as_python_cuts_it() -> None:
    honest = HONEST % (MARK.decode(), TIMES[0], HASHES[0], TIMES[0])
    no_hash = honest.replace(HASHES[0] + ",", "")
    sealed = NAMES[-1] + "a" * 43
    for data in (no_hash, honest + sealed, honest + sealed + NAMES[-1] * 2, honest + NAMES[-1]):
        assert _many.cut(MARK, data.encode()) == in_python(MARK, data.encode())


@compiled
@given(PARTS, st.lists(st.tuples(st.integers(0, 15), ANY), max_size=1), st.integers(0, 900))
def test_a_record_is_cut_as_python_cuts_it(
    parts: tuple[str, ...], changes: list[tuple[int, str]], end: int
) -> None:
    some = [*parts]
    for at, change in changes:
        some[min(at, len(some) - 1)] = change
    whole = "".join(some).encode()
    for data in (whole, whole[:end]):
        assert _many.cut(MARK, data) == in_python(MARK, data)


@compiled
@given(number=st.integers(0, 9), seals=st.lists(st.integers(0, 60), max_size=3), late=st.booleans())
def test_an_honest_record_is_cut_as_python_cuts_it(
    number: int, seals: list[int], *, late: bool
) -> None:
    data = ("{" + MARK.decode() + ('"confirmed":["x"],' if seals else "") + '"cseq":12,').encode()
    data += HOLES[-1].encode() + TIMES[0].encode() + b'",' if late else b""
    data += b"".join(b'"f":{"sd":"%s"},' % (b"%d" % one * 43)[:43] for one in seals)
    data += b'"log":"a","occurred":"%s","prev":%s,"recorded":"%s"}' % (
        TIMES[0].encode(),
        b'"%064d"' % number if number else b"null",
        TIMES[0].encode().replace(b"12:3", b"23:1"),
    )
    found = _many.cut(MARK, data)
    assert found == in_python(MARK, data)
    assert found is not None
    assert len(found[3]) == len(seals)
    assert (found[4] is not None) == late


@compiled
@pytest.mark.parametrize("wrong", [(), (b"",), (b"a", "b"), ("a", b"b"), (b"a", b"b", b"c")])
def test_to_cut_takes_two_bytes_objects(wrong: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        _many.cut(*wrong)


# -- which of the two is used ----------------------------------------------------------


def test_the_environment_can_refuse_it() -> None:
    program = "from handrail.engine.ledger.many import BUILT, plain; print(BUILT, plain)"
    environment = os.environ | {"HANDRAIL_PURE": "1"}
    command = [sys.executable, "-c", program]
    assert subprocess.check_output(command, env=environment, text=True) == "refused None\n"


def test_where_it_was_not_built_python_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HANDRAIL_PURE", raising=False)
    monkeypatch.setitem(sys.modules, "handrail._many", None)
    assert many._built() is Built.MISSING


@compiled
def test_one_made_of_another_source_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HANDRAIL_PURE", raising=False)
    assert many._built() is Built.USED
    monkeypatch.setattr(many, "_SOURCE", tmp_path / "many.c")
    assert many._built() is Built.USED  # installed from a wheel, which has no source
    many._SOURCE.write_bytes(b"/* another */")
    assert many._built() is Built.OLD
