"""What people read of the centre's verdict."""

from typing import Any

from station_app.sync.receipts import Verdict
from station_app.sync.verdicts import sentences


def test_each_outcome_says_what_and_where() -> None:
    device = "0192f0c1-2345-7abc-8def-0123456789ab"
    assert len(sentences(Verdict("00", True))) == 1
    line: dict[str, Any] = {
        "key": "F04",
        "title": "服务时长",
        "column": "month",
        "theirs": "5.50",
        "ours": None,
        "count": 3,
        "records": [],
    }
    (said,) = sentences(Verdict("00", False, differs=[line]))
    assert all(part in said for part in ("F04", "服务时长", "5.50", "—", "3"))
    said = "".join(sentences(Verdict("00", False, missing=[f"{device}:1-12", "pdf"])))
    assert "0192f0c12345" in said and "1-12" in said and "PDF" in said
    problems = ["no_position", "pdf_other_month", "report_bad_signature", "something_newer"]
    said_all = sentences(Verdict("00", False, problems=problems))
    assert len(said_all) == 4 and said_all[3] == "something_newer" and "{" not in "".join(said_all)
    many = sentences(Verdict("00", False, differs=[line] * 15))
    assert len(many) == 11 and "5" in many[-1]
