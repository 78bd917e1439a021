"""Inside the PDF: reading order, language, title, attached figures; read back with pikepdf."""

import io
import json
from datetime import date

import pikepdf
import pytest

from station_app.paper.document import Align, Attachment, Band, Document, Heading, Paragraph, Row, Table, Title
from station_app.paper.finish import attach_json, attached
from station_app.paper.flow import render

PAPER = Document(
    "罕台镇社工站2024年3月工作月报",
    "罕台镇社工站",
    (
        Title("罕台镇社工站2024年3月工作月报"),
        Heading(1, "一、基本情况"),
        Paragraph("正文" * 400),
        Table(
            ("指标", "数"),
            (Band("甲组"), *(Row((f"第{n}项", str(n))) for n in range(39))),
            (70, 30),
            (Align.LEFT, Align.RIGHT),
        ),
    ),
    date(2024, 4, 3),
    attachments=(Attachment("2024-03.json", b'{"F04": "927.00"}'),),
)


@pytest.fixture(scope="module")
def pdf() -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(render(PAPER)))


def instructions(page: pikepdf.Page) -> list[tuple[list[pikepdf.Object], str]]:
    return [(list(step.operands), str(step.operator)) for step in pikepdf.parse_content_stream(page)]


def test_language_title_and_dates(pdf: pikepdf.Pdf) -> None:
    assert str(pdf.Root.Lang) == "zh-CN"
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    assert str(pdf.trailer.Info.Title) == PAPER.title
    assert str(pdf.trailer.Info.CreationDate) == "D:20240403000000+08'00'"
    metadata = pdf.open_metadata()
    assert metadata["dc:title"] == PAPER.title
    assert metadata["dc:language"] == {"zh-CN"}
    assert metadata["xmp:CreateDate"] == "2024-04-03T00:00:00+08:00"


def test_reading_order_is_title_heading_text_table(pdf: pikepdf.Pdf) -> None:
    assert bool(pdf.Root.MarkInfo.Marked)
    top = [str(kid.S) for kid in pdf.Root.StructTreeRoot.K[0].K]
    assert top == ["/Title", "/H1", "/P", "/Table"]
    table = pdf.Root.StructTreeRoot.K[0].K[3]
    assert len(table.K) == 41  # repeated headers are decoration
    assert [str(cell.S) for cell in table.K[0].K] == ["/TH", "/TH"]
    assert int(table.K[1].K[0].A.ColSpan) == 2
    assert {str(cell.S) for row in list(table.K)[2:] for cell in row.K} == {"/TD"}


def test_every_piece_of_content_has_its_element_and_its_way_back(pdf: pikepdf.Pdf) -> None:
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    owners = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
    assert len(owners) == len(pdf.pages) > 1
    for page in pdf.pages:
        depth = 0
        marks = []
        for operands, operator in instructions(page):
            match operator:
                case "BDC" | "BMC":
                    depth += 1
                    if len(operands) > 1 and "/MCID" in operands[1]:
                        marks.append(int(operands[1].MCID))
                case "EMC":
                    depth -= 1
                case "Tj" | "TJ":
                    assert depth > 0, "text outside the reading order"
        assert depth == 0
        assert marks == list(range(len(marks)))
        owned = owners[int(page.obj.StructParents)]
        assert len(owned) == len(marks)
        for number, owner in enumerate(owned):
            assert any(int(kid.MCID) == number and kid.Pg.objgen == page.obj.objgen for kid in owner.K)


def test_figures_inside_are_read_back_and_declared_as_data(pdf: pikepdf.Pdf) -> None:
    assert json.loads(attached(render(PAPER))["2024-03.json"]) == {"F04": "927.00"}
    assert [str(spec.AFRelationship) for spec in pdf.Root.AF] == ["/Data"]
    assert str(pdf.Root.AF[0].EF.F.Subtype) == "/application/json"


def test_attaching_to_a_finished_paper_is_deterministic_and_keeps_the_rest() -> None:
    plain = render(PAPER)
    data = '{"姓": "𬶏"}'.encode()
    first, second = attach_json(plain, "more.json", data), attach_json(plain, "more.json", data)
    assert first == second
    assert attached(first) == {"2024-03.json": b'{"F04": "927.00"}', "more.json": data}
    with pikepdf.open(io.BytesIO(first)) as pdf:
        assert len(pdf.Root.AF) == 2
        assert bool(pdf.Root.MarkInfo.Marked)


def test_nothing_active_or_remote_is_inside(pdf: pikepdf.Pdf) -> None:
    for key in ("/OpenAction", "/AA", "/AcroForm", "/URI"):
        assert key not in pdf.Root
    for page in pdf.pages:
        assert "/Annots" not in page.obj
        assert "/AA" not in page.obj
