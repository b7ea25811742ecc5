import json
from datetime import UTC, date, datetime

import pytest

from bimmerhub.domain.signals.conditions import (
    CheckControlMessage,
    ServiceCondition,
    TroubleCode,
    read_check_control,
    read_conditions,
    read_trouble_codes,
)
from bimmerhub.domain.vendor_times import parse_vendor_time
from bimmerhub.errors import MalformedPayload

OIL = {
    "date": "2027-01",
    "description": "Next change at the latest then.",
    "id": 1,
    "messageType": "CBS",
    "status": "OK",
    "text": "-",
    "title": "Engine oil",
    "unitOfLengthRemaining": "2100",
}
BRAKE = OIL | {"id": 2, "date": "null", "status": "NULL", "unitOfLengthRemaining": "-", "description": None}
LIGHT = OIL | {"id": 907, "messageType": "CCM", "date": None, "title": "Washer fluid", "text": "Refill."}


def test_service_items_are_read_and_what_is_not_told_is_none() -> None:
    oil, brake = read_conditions(json.dumps([OIL, BRAKE, LIGHT]))
    assert oil == ServiceCondition(
        id=1,
        title="Engine oil",
        description="Next change at the latest then.",
        status="OK",
        due_on=date(2027, 1, 1),
        remaining_distance=2100,
    )
    assert (brake.due_on, brake.status, brake.remaining_distance, brake.description) == (None, None, None, None)


def test_check_control_messages_are_read_beside_service_items() -> None:
    assert read_check_control(json.dumps([OIL, LIGHT])) == (
        CheckControlMessage(
            id=907,
            title="Washer fluid",
            description="Next change at the latest then.",
            text="Refill.",
            status="OK",
        ),
    )


@pytest.mark.parametrize(
    "odd",
    [
        OIL | {"date": "soon"},
        OIL | {"title": 5, "description": ["?"]},
        OIL | {"id": {}},
        OIL | {"unitOfLengthRemaining": True},
        OIL | {"messageType": 1},
    ],
)
def test_what_cannot_be_read_of_one_item_hides_no_other(odd: dict[str, object]) -> None:
    pending = BRAKE | {"status": "PENDING", "date": "2027-03"}
    items = read_conditions(json.dumps([odd, pending]))
    assert [(item.status, item.due_on) for item in items][1] == ("PENDING", date(2027, 3, 1))
    assert items[0].status == "OK"
    assert [item.due_on for item in read_conditions(json.dumps([1, {}, pending]))] == [date(2027, 3, 1)]


def test_members_are_read_in_other_spellings() -> None:
    [item] = read_conditions(json.dumps([OIL | {"status": "ok ", "id": "1", "unitOfLengthRemaining": 2100.0}]))
    assert (item.status, item.id, item.remaining_distance) == ("OK", 1, 2100)


@pytest.mark.parametrize("text", ["", "[]", "-", "null", " NULL "])
def test_no_document_is_no_item(text: str) -> None:
    assert (read_conditions(text), read_check_control(text)) == ((), ())


@pytest.mark.parametrize(
    "text",
    ["{}", "[1]", "[", "[" * 100_000, '[{"id": []}]', '[{"title": 1}]', '[{"date": "soon"}]', '["\ud800"]', "Infinity"],
)
def test_another_document_is_refused(text: str) -> None:
    with pytest.raises(MalformedPayload):
        read_conditions(text)


def test_fault_codes_are_read_whatever_their_count_says() -> None:
    entries = '<dtc ecuAddress="29">X00001</dtc><dtc> D90BC7 </dtc><dtc/>'
    text = f'<?xml version="1.0"?><dtcData dtcCount="72">{entries}</dtcData>'
    assert read_trouble_codes(text) == (
        TroubleCode(code="X00001", ecu_address="29"),
        TroubleCode(code="D90BC7", ecu_address=None),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<dtcData>",
        "<other/>",
        '<!DOCTYPE dtcData [<!ENTITY a "aaaa">]><dtcData><dtc>&a;</dtc></dtcData>',
        '<!DOCTYPE dtcData SYSTEM "file:///etc/passwd"><dtcData/>',
        "<dtcData>&a;</dtcData>",
        "<dtcData>\ud800</dtcData>",
    ],
)
def test_xml_that_is_no_list_or_could_reach_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(MalformedPayload):
        read_trouble_codes(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17.01.2027 00:00:00 UTC", datetime(2027, 1, 17, tzinfo=UTC)),
        ("17.01.2027 08:30 UTC", datetime(2027, 1, 17, 8, 30, tzinfo=UTC)),
        ("01/17/2027 08:30 UTC", datetime(2027, 1, 17, 8, 30, tzinfo=UTC)),
        ("2027-01", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2027-01-17", datetime(2027, 1, 17, tzinfo=UTC)),
        ("2022-10-17T00:00:00.000+0000", datetime(2022, 10, 17, tzinfo=UTC)),
        ("2022-10-17T02:00:00.123+02:00", datetime(2022, 10, 17, 0, 0, 0, 123_000, tzinfo=UTC)),
        ("2022-10-17T00:00:00.123456Z", datetime(2022, 10, 17, 0, 0, 0, 123_456, tzinfo=UTC)),
        ("2022-10-17T00:00:00", datetime(2022, 10, 17, tzinfo=UTC)),
        (1_784_980_800, datetime(2026, 7, 25, 12, tzinfo=UTC)),
        ("1784980800", datetime(2026, 7, 25, 12, tzinfo=UTC)),
        ("1784980800.0", datetime(2026, 7, 25, 12, tzinfo=UTC)),
        ("1784980800123", datetime(2026, 7, 25, 12, 0, 0, 123_000, tzinfo=UTC)),
        ("7.1.2027 8:30 UTC", datetime(2027, 1, 7, 8, 30, tzinfo=UTC)),
        ("17.01.2027, 08:30:15", datetime(2027, 1, 17, 8, 30, 15, tzinfo=UTC)),
        ("1/7/2027 12:05 AM UTC", datetime(2027, 1, 7, 0, 5, tzinfo=UTC)),
        ("01/17/2027, 08:30:15 pm", datetime(2027, 1, 17, 20, 30, 15, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_each_of_their_shapes(text: str | int, expected: datetime) -> None:
    assert parse_vendor_time(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "32.01.2027", "13/13/2027", "0000-01", "2027-13-01", "soon", 10**18, "١٧.01.2027", "01/17/2027 13:00 PM"],
)
def test_what_is_no_time_is_refused(text: str | int) -> None:
    with pytest.raises(MalformedPayload):
        parse_vendor_time(text)
