"""Recovery sheet and invitation: one page each, codes whole, QR codes that say the same."""

import math
from datetime import date

import pytest
import segno

from station_app.paper.endings import groups_of
from station_app.paper.invitation import invitation
from station_app.paper.recovery import recovery_sheet
from tests.paper.reading import fonts, picture, rectangles, texts

CODE = "K7QM2-XWD9T-FAHR4-CP8NV-3EJY6-GZB5S"
FINGERPRINT = "7M3K-0QXB-V9TA-1HRD-5ZNC-8WEJ-4GPY-6FS2"


def sheet(code: str = CODE, name: str = "罕台镇社工站") -> bytes:
    return recovery_sheet(station_name=name, station="15060210101", code=code, made_on=date(2024, 1, 8))


def invited(address: str = "", name: str = "罕台镇社工站", code: str = "7QX4-MH2K-9DTR-0V5B") -> bytes:
    return invitation(
        centre_name="鄂尔多斯市社会工作指导中心",
        station_name=name,
        station="15060210101",
        fingerprint=FINGERPRINT,
        code=code,
        made_on=date(2024, 1, 5),
        valid_until=date(2024, 1, 31),
        address=address,
    )


@pytest.mark.parametrize("code", [CODE, "A" * 52, "12345678", " ".join(["ABCDE"] * 12)])
@pytest.mark.parametrize("name", ["罕台镇社工站", "准格尔经济开发区" * 3 + "社会工作服务站"])
def test_the_recovery_sheet_is_one_page_with_every_group(code: str, name: str) -> None:
    data = sheet(code, name)
    (text,) = texts(data)
    for group in groups_of(code):
        assert group in text
    assert "2024年1月8日" in text
    assert all(embedded for _name, embedded, _mapped in fonts(data))


@pytest.mark.parametrize("address", ["", "https://centre.example:8443/a/rather/long/path/to/the/centre"])
def test_the_invitation_is_one_page_with_code_and_fingerprint(address: str) -> None:
    data = invited(address)
    (text,) = texts(data)
    for group in (*groups_of("7QX4-MH2K-9DTR-0V5B"), *groups_of(FINGERPRINT)):
        assert group in text
    assert len(groups_of(FINGERPRINT)) == 8
    assert "照着这张纸上的8组输入" in text
    assert "有效期至2024年1月31日" in text
    assert ("U盘" in text) and (address in text.replace("\n", ""))


def scanned(data: bytes, wanted: str) -> bool:
    """Whether the printed squares, seen on the rendered page, are the QR code of the text."""
    matrix = [list(row) for row in segno.make(wanted, error="m", micro=False).matrix]
    scale = 4.0
    page = picture(data, 0, scale).convert("L")
    size = len(matrix)
    boxes = rectangles(data, 0)
    modules = [box for box in boxes if box[2] == box[3] and box[2] < 6]
    side = modules[0][2]
    left = min(box[0] for box in modules)
    top = max(box[1] + box[3] for box in modules)
    for row in range(size):
        for column in range(size):
            x = round((left + (column + 0.5) * side) * scale)
            y = page.height - round((top - (row + 0.5) * side) * scale)
            pixel = page.getpixel((x, y))
            assert isinstance(pixel, int | float)
            if (pixel < 128) != bool(matrix[row][column]):
                return False
    return True


def test_qr_codes_on_paper_say_what_they_should() -> None:
    assert scanned(sheet(), CODE)
    assert not scanned(sheet(), CODE[:-1] + "X")
    said = f"STATION-APP:INVITE\nSTATION=15060210101\nCODE=7QX4-MH2K-9DTR-0V5B\nFINGERPRINT={FINGERPRINT}\n"
    assert scanned(invited(), said)


def test_qr_modules_are_large_enough_for_a_telephone() -> None:
    for data in (sheet(), invited("https://centre.example")):
        side = min(box[2] for box in rectangles(data, 0) if math.isclose(box[2], box[3]) and box[2] < 6)
        assert side >= 0.6 * 72 / 25.4


def test_codes_are_grouped_as_written_or_by_four() -> None:
    assert groups_of("AB12-CD34") == ("AB12", "CD34")
    assert groups_of("AB12CD34EF") == ("AB12", "CD34", "EF")
    assert groups_of("3f:9a:0c:71") == ("3f9a", "0c71")
    assert len(groups_of("3f9a0c71" * 8)) == 16


def test_sheets_are_the_same_bytes_every_time() -> None:
    assert sheet() == sheet()
    assert invited() == invited()
