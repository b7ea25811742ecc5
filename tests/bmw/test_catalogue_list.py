"""BMW's public list of descriptors: pages and CSV in many shapes, and what is no such list."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.bmw.cardata.portal.catalogue_list import CatalogueList, decode_catalogue_list
from bimmerhub.domain.catalogue.comparison import MOST_LIST_BYTES, Change, ListedKey, compare_catalogue, make_row
from bimmerhub.domain.catalogue.descriptors import load_catalogue, parse_entry
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor

SOC = Descriptor("vehicle.drivetrain.batteryManagement.header")
PLUG = "vehicle.body.chargingPort.dcStatus"
HEADING = "key,name,category,datatype,unit,range_or_enum,streamable,source(s)"
ROW = f"{SOC},State of charge,BEV_PHEV_DATA,uint8,percent,0 - 100 %,true,x"
WANTED = ListedKey(
    key=SOC, name="State of charge", category="BEV_PHEV_DATA", datatype="uint8", unit="percent", is_streamable=True
)


def whole_csv() -> str:
    """Return our own catalogue as BMW's list would have it."""
    lines = [
        f"{entry.key},x,{entry.category},{entry.vendor_datatype or ''},{entry.unit or ''},,"
        f"{str(entry.streamable).lower()},"
        for entry in load_catalogue().values()
        if not entry.retired
    ]
    return "\n".join([HEADING, *lines])


def read(text: str) -> CatalogueList:
    return decode_catalogue_list(text.encode())


@pytest.mark.parametrize(
    "document",
    [
        f"{HEADING}\n{ROW}".encode(),
        f"\ufeff{HEADING}\r\n{ROW}\r\n".encode(),
        f"{HEADING}\n{ROW}".replace(",", ";").encode(),
        f"{HEADING}\n{ROW}".encode("utf-16"),
        (
            "<html><meta charset='utf-8'><h1>Katalog</h1><table><tr><td>menu</td></tr></table><table><thead><tr>"
            "<th>Name</th><th>Technical descriptor</th><th>Data category</th><th>Data type</th><th>Unit</th>"
            "<th>Value range</th><th>Streamable</th></tr></thead>"
            f"<tr><td>State of&nbsp;charge</td><td>{SOC.replace('.', '.&#8203;')}</td><td>BEV_PHEV_DATA</td>"
            "<td>uint8</td><td>percent</td><td>0 - 100 %</td><td>yes</td></tr></table>"
        ).encode(),
        (
            "<TABLE><TR><TH>Bezeichnung<TH>Technischer<br>Schlüssel<TH>Kategorie<TH>Datentyp<TH>Einheit<TH>Wertebereich"
            f"<TH>Streaming<TR><TD>State of charge<TD>{SOC}<TD>BEV PHEV DATA<TD>UINT8<TD>percent<TD>0 - 100 %<TD>ja"
        ).encode("cp1252"),
    ],
)
def test_a_list_is_read_in_any_of_its_shapes(document: bytes) -> None:
    assert decode_catalogue_list(document) == CatalogueList(keys=(WANTED,), faults=())


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "no table"),
        (b"<html><p>Sorry, not today.</p></html>", "no table"),
        (b"<table><tr><th>Model</th><th>Price</th></tr><tr><td>i5</td><td>1</td></tr></table>", "no table"),
        (b"key,unit\nnot a key,km\n", "no table"),
        (b"key\nvehicle.isMoving\n", "no table"),
        (b"<table><![foo[>", "no table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no table"),
        (b"a" * (MOST_LIST_BYTES + 1), "longer than 2 MiB"),
        (b"key,unit\n" + b"vehicle.a,km\n" * 20_001, "more than 20,000 rows"),
        (b"<table>" + b"<tr><td>vehicle.a<td>x" * 20_001, "more than 20,000 rows"),
        (b'key,unit\n"' + b"x" * 200_000, "neither a page"),
    ],
)
def test_what_is_no_list_is_refused(document: bytes, words: str) -> None:
    with pytest.raises(MalformedPayload, match=words):
        decode_catalogue_list(document)


MARKS = [
    *b"<table> <tr> <td> </td> key unit vehicle.a.b , <![foo[ <!-- --> <script> </script <? <td/a=' > ' </ <".split(),
    *(b"\n", b'"'),
]


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300)
    | st.lists(
        st.sampled_from(MARKS),
        max_size=40,
    ).map(b"".join)
)
def test_anything_is_a_list_or_refused(document: bytes) -> None:
    with suppress(MalformedPayload):
        assert decode_catalogue_list(document).keys


PIECES = [
    "<a ",
    "<a '",
    '<a "',
    "<!--",
    "<![",
    "<?",
    "<script>",
    "<script",
    "</",
    "<",
    "<td ",
    "&",
    "<td>&",
    "<td a='>",
]
ROWS = ["<table>", "<tr><td>", "<td>", "key,unit,", "key,unit\n", "<tr><td>key<td>unit<td>vehicle.a", '"', "<a b='<"]


@pytest.mark.parametrize("piece", [*PIECES, *ROWS])
@pytest.mark.parametrize("end", ["", "'\">"])
def test_time_grows_with_the_length_only(piece: str, end: str) -> None:
    def cpu_s(size: int) -> float:
        document = f"<html><table>{piece * (size // len(piece))}{end}".encode()
        began_s = time.process_time()
        with suppress(MalformedPayload):
            decode_catalogue_list(document)
        return time.process_time() - began_s

    assert min(cpu_s(160_000), cpu_s(160_000)) < 100 * max(cpu_s(10_000), 0.005)


@pytest.mark.parametrize("page", ["<table><tr>" + "<td>" * 500_000, "<table>" * 299_000])
def test_page_of_more_than_any_list_has_is_none(page: str) -> None:
    with pytest.raises(MalformedPayload, match="not BMW's list"):
        read(page)


def test_all_tables_of_a_page_count() -> None:
    heading = "<table><tr><th>Descriptor<th>Unit"
    page = (
        f"<html>{heading}<tr><td>vehicle.a<td>km</table><table><tr><td>menu</table>"
        f"{heading}<tr><td>vehicle.b<td>W<tr><td>vehicle.a<td>mi</table>"
    )
    listed = read(page)
    assert [(row.key, row.unit) for row in listed.keys] == [("vehicle.a", "km"), ("vehicle.b", "W")]
    assert listed.faults == ("row 3: vehicle.a stands there twice, and otherwise; the first row counts",)


def test_what_is_not_shown_is_not_read() -> None:
    page = (
        "<table><tr><th title='a > b'>Descriptor<th title=O'Neil>Unit<tr><!-- <td>x --><td>vehicle<script>var a = '<td>"
        "';</script>.a<style>td > b {}</style></td><td>k&#109;</table><![CDATA[ <script> x"
    )
    assert [(row.key, row.unit) for row in read(page).keys] == [("vehicle.a", "km")]


def test_odd_rows_are_named_and_the_rest_is_read() -> None:
    text = f"{HEADING}\n{ROW}\n(1) see below,,,,,,,\n{ROW}\n{ROW.replace('uint8', 'string')}\nvehicle.isMoving,Short\n"
    listed = read(text)
    assert [row.key for row in listed.keys] == [SOC, "vehicle.isMoving"]
    assert listed.faults == (
        "row 3: '(1) see below' is no key",
        f"row 5: {SOC} stands there twice, and otherwise; the first row counts",
    )


def test_words_of_a_closed_list_are_told_from_descriptions() -> None:
    rows = ['vehicle.a,A,,string,,"OPEN, CLOSED",,', "vehicle.b,B,,string,,dd.mm.yyyy,,", "vehicle.c,C,,int8,,0,,"]
    assert [row.words for row in read("\n".join([HEADING, *rows])).keys] == [("OPEN", "CLOSED"), (), ()]


def test_our_own_catalogue_does_not_differ_from_itself() -> None:
    differences = compare_catalogue(read(whole_csv()).keys, load_catalogue())
    assert (differences.added, differences.gone, differences.changed) == ((), (), ())


def test_differences_are_told_by_kind() -> None:
    text = whole_csv().replace(f"{SOC},x,BEV_PHEV_DATA,float,%,,true", f"{SOC},x,NEW_GROUP,string,km,,false")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("vehicle.isMoving,"))
    text = text.replace(f"{PLUG},x,BEV_PHEV_DATA,string,,,true", f'{PLUG},x,,,,"CONNECTED, MELTED",')
    text += "\nvehicle.new.key,New,EVENTS,float,km,,true,"
    differences = compare_catalogue(read(text).keys, load_catalogue())
    assert [row.key for row in differences.added] == ["vehicle.new.key"]
    assert [entry.key for entry in differences.gone] == ["vehicle.isMoving"]
    changes = {(change.field, change.was, change.is_now) for change in differences.changed}
    assert changes == {
        ("datatype", "float", "string"),
        ("unit", "%", "km"),
        ("category", "BEV_PHEV_DATA", "NEW_GROUP"),
        ("streamable", "yes", "no"),
        ("values", "DISCONNECTED, CONNECTED", "MELTED"),
    }
    assert Change(key=SOC, field="unit", was="%", is_now="km") in differences.changed


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        (ListedKey(key=SOC, name="N", datatype="float", unit="Celsius"), ("number", "°C", "N", ())),
        (ListedKey(key=SOC, datatype="boolean", words=("OPEN", "CLOSED")), ("bool", None, SOC[8:], ())),
        (ListedKey(key=SOC, datatype="string", words=("A1", "INVALID")), ("text", None, SOC[8:], ("A1",))),
        (ListedKey(key=SOC, unit="km", category="ODD"), ("number", "km", SOC[8:], ())),
    ],
)
def test_a_new_key_becomes_an_entry(listed: ListedKey, wanted: tuple[object, ...]) -> None:
    entry = parse_entry(make_row(listed))
    assert (entry.datatype, entry.unit, entry.title, entry.values) == wanted
    assert entry.category == "OTHER"
