"""A fictional month report with every part filled, for tests, and as a PDF and pictures to look at.

``python -m tests.paper.sample_report FOLDER`` writes the report, a correction, the recovery sheet and the invitation.
"""

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from station_app.paper.document import BarChart, LineChart, Series
from station_app.report.drawing_model import Check, Difference, LateLine, Line, ReportPicture, Section

STATION = "15060210101"

#: Letter → title, lines (code, title, unit, this month, year to date, same month last year).
INDICATORS: dict[str, tuple[str, tuple[tuple[str, str, str, str | None, str | None, str | None], ...]]] = {
    "A": (
        "队伍",
        (
            ("A01", "在岗社工", "人", "6", "6", "5"),
            ("A02", "持证社工", "人", "4", "4", "3"),
            ("A02a", "其中初级（助理社会工作师）", "人", "3", "3", "2"),
            ("A02b", "其中中级（社会工作师）", "人", "1", "1", "1"),
            ("A02c", "其中高级", "人", "0", "0", "0"),
            ("A03", "注册志愿者（有效）", "人", "186", "186", None),
            ("A04", "培育和备案社会组织", "个", "9", "9", "7"),
        ),
    ),
    "B": (
        "服务对象",
        (
            ("B01", "在册服务对象", "人", "1,282", "1,282", "1,190"),
            ("B02", "新建档", "人", "17", "64", "12"),
            ("B03", "老年人", "人", "964", "964", "902"),
            ("B04", "独居老年人", "人", "143", "143", "137"),
            ("B05", "空巢老年人", "人", "388", "388", "379"),
            ("B06", "高龄老年人", "人", "121", "121", "110"),
            ("B07", "失能老年人（经评估）", "人", "38", "38", None),
        ),
    ),
    "C": (
        "走访探访",
        (
            ("C01", "走访户次", "户次", "412", "1,205", "377"),
            ("C02", "探访人次", "人次", "531", "1,588", "489"),
            ("C03", "其中入户", "人次", "347", "1,022", "301"),
            ("C04", "应访人数", "人", "266", "402", "240"),
            ("C05", "已访人数", "人", "261", "397", "228"),
            ("C06", "月探访率", "%", "98.1", "98.8", "95.0"),
            ("C07", "异常发现", "件", "7", "22", "9"),
            ("C08", "异常已处置", "件", "7", "22", "9"),
        ),
    ),
    "D": (
        "个案、小组、社区活动",
        (
            ("D01", "个案在办", "个", "11", "15", "9"),
            ("D02", "个案新开", "个", "2", "6", "1"),
            ("D03", "个案结案", "个", "1", "4", "2"),
            ("D04", "个案节数", "节", "23", "66", "18"),
            ("D05", "小组在办", "个", "3", "4", "2"),
            ("D06", "小组节数", "节", "9", "21", "6"),
            ("D07", "小组组员", "人", "34", "41", "22"),
            ("D08", "社区活动", "场", "12", "31", "10"),
            ("D09", "社区活动参与", "人次", "640", "1,702", "588"),
        ),
    ),
    "E": (
        "为老等服务",
        (
            ("E01", "服务人次", "人次", "1,846", "5,231", "1,605"),
            ("E02", "受益人数", "人", "702", "1,011", "655"),
            *(
                (f"E03{chr(97 + n)}", f"其中{name}", "人次", value, str(int(value) * 3), None)
                for n, (name, value) in enumerate(
                    (
                        ("助餐", "620"),
                        ("助浴", "41"),
                        ("助洁", "118"),
                        ("助急", "6"),
                        ("助医", "87"),
                        ("助行", "102"),
                        ("代办代购", "173"),
                        ("理发", "155"),
                        ("陪伴", "201"),
                        ("心理慰藉", "58"),
                        ("健康监测", "164"),
                        ("安全巡查", "77"),
                        ("文娱", "40"),
                        ("助农", "4"),
                    )
                )
            ),
        ),
    ),
    "F": (
        "志愿服务",
        (
            ("F01", "志愿服务场次", "次", "53", "141", "47"),
            ("F02", "参与人次", "人次", "460", "1,190", "402"),
            ("F03", "参与志愿者", "人", "60", "88", "55"),
            ("F04", "志愿服务时长", "小时", "927.00", "2,411.50", "803.25"),
            ("F05", "迟录（超过10个工作日）", "人次", "36", "71", None),
        ),
    ),
    "G": (
        "公益农场",
        (
            ("G01", "在场地块", "块", "48", "48", "31"),
            ("G02", "在场面积", "亩", "213.60", "213.60", "140.00"),
            ("G03", "农户", "户", "44", "44", "29"),
            ("G04", "新申请", "件", "5", "9", "3"),
            ("G05", "帮耕人次", "人次", "74", "96", "61"),
            ("G06", "收获", "千克", "0.0", "0.0", "0.0"),
            ("G07", "销售额", "元", "0.00", "12,360.50", None),
            ("G08", "付给农户", "元", "0.00", "12,360.50", None),
            ("G09", "捐赠", "千克", "0.0", "150.0", None),
        ),
    ),
    "H": (
        "三张清单与牵手计划",
        (
            ("H01", "需求新增/解决", "条", "14/9", "41/30", "11/8"),
            ("H02", "资源新增", "条", "6", "17", "4"),
            ("H03", "链接资源金额", "元", "36,500.00", "118,240.00", None),
            ("H04", "牵手成功", "对", "5", "14", "3"),
            ("H05", "在执行项目", "个", "4", "4", "2"),
        ),
    ),
    "I": (
        "资金",
        (
            ("I01", "暖心基金期初", "元", "42,180.30", "38,000.00", None),
            ("I02", "暖心基金收入", "元", "6,200.00", "21,300.00", None),
            ("I03", "暖心基金支出", "元", "3,855.50", "14,775.50", None),
            ("I04", "暖心基金期末", "元", "44,524.80", "44,524.80", None),
            ("I05", "应公示/已公示", "项", "2/2", "5/5", None),
            ("I06", "市级专项支出率", "%", "21.4", "21.4", None),
        ),
    ),
    "J": (
        "培训就业",
        (
            ("J01", "培训期数", "期", "1", "3", "1"),
            ("J02", "新就业", "人", "4", "11", "3"),
            ("J03", "稳岗三个月", "人", "3", "6", None),
        ),
    ),
    "K": (
        "议事、调解、评价、积分",
        (
            ("K01", "协商会", "场", "2", "6", "2"),
            ("K02", "调解/成功", "件", "5/4", "13/11", "6/5"),
            ("K03", "服务评价均分", "分", "4.7", "4.6", None),
            ("K04", "积分发放", "分", "2,310", "6,480", None),
        ),
    ),
    "L": ("岗位津贴", (("L01", "津贴发放", "元", "1,700.00", "5,100.00", "1,200.00"),)),
}


def sample_picture() -> ReportPicture:
    """A report with every part: figures, dashes, charts, late lines, checks, quotation marks and rare characters."""
    sections = tuple(
        Section(
            letter,
            title,
            tuple(Line(*line) for line in lines),
            ("F04按人次核定时长合计，每人每班只计一次。",) if letter == "F" else (),
        )
        for letter, (title, lines) in INDICATORS.items()
    )
    figures = {line.key: line.this_month for section in sections for line in section.lines}
    return ReportPicture(
        station_name="罕台镇社工站",
        station=STATION,
        township="罕台镇",
        month="2024-03",
        prepared_on=date(2024, 4, 3),
        sections=sections,
        summary=(
            "本月，罕台镇社工站以“五社联动”为抓手，在岗社工6人，走访412户次，探访531人次，其中入户347人次，月探访率98.1%；"
            "发现异常情况7件，已全部处置。组织志愿服务53次，460人次参与，时长927.00小时。",
            "春耕将至，公益农场在场地块48块、213.60亩，志愿者帮耕74人次。𬶏㛃䶮喆堃等用字照原样打印。",
        ),
        key_work=(
            "“银龄365”项目：为独居、空巢老人助餐620人次、健康监测164人次，逐户检查煤炉烟道（安全巡查77人次），消除隐患5处。",
            "案例（已隐去身份）：一位高龄独居老人冬季取暖困难，社工走访发现后，联系村委会、爱心企业“暖心煤”项目，三日内送煤到户；随后每周电话回访。",
        ),
        problems=("志愿服务迟录36人次，主要是村级登记表月底集中上交。建议各嘎查村每周五前把登记表交到社工室。",),
        plans=("完成4月应访老人入户探访。", "组织“清明—谷雨”春耕帮扶，计划帮耕120人次。", "召开停车难问题协商会1场。"),
        charts=(
            BarChart(
                "图1　主要工作量",
                "人次",
                ("入户探访", "服务", "志愿服务", "社区活动", "帮耕"),
                (Series("本月", (347, 1846, 460, 640, 74)), Series("上年同月", (301, 1605, 402, 588, 61))),
            ),
            LineChart(
                "图2　志愿服务时长",
                "小时",
                tuple(f"{month}月" for month in range(1, 13)),
                (
                    Series("2024年", (845.5, 639.0, 927.0, *[None] * 9)),
                    Series(
                        "2023年",
                        (702.0, 655.5, 803.25, 910.0, 880.5, 760.0, 590.25, 612.0, 870.0, 1012.5, 940.0, 720.0),
                    ),
                ),
                1,
            ),
        ),
        data_json=json.dumps({"station": STATION, "month": "2024-03", "figures": figures}, ensure_ascii=False).encode(),
        checks=(
            Check("个案在办不少于新开和结案（D01≥D02、D03）", True),
            Check("已访人数不多于应访人数（C05≤C04）", True),
            Check("入户探访不多于探访人次（C03≤C02）", True),
            Check("志愿者人数不多于参与人次（F03≤F02）", True),
            Check("失能老年人不多于老年人（B07≤B03）", True),
            Check("暖心基金收支平衡（I01＋I02－I03＝I04）", True),
        ),
        late_lines=(
            LateLine("2024-02", "F04", "志愿服务时长", "小时", "639.00", "645.50", "+6.50"),
            LateLine("2024-02", "C02", "探访人次", "人次", "512", "515", "+3"),
        ),
    )


def sample_correction() -> ReportPicture:
    """The first correction of the sample."""
    return replace(
        sample_picture(),
        number_of_correction=1,
        prepared_on=date(2024, 4, 18),
        late_lines=(),
        differences=(
            Difference("C03", "其中入户", "人次", "347", "349", "两份探访记录的方式误记为电话，已改正"),
            Difference("B07", "失能老年人（经评估）", "人", None, "38", "评估结果补录"),
        ),
    )


def main(folder: Path) -> None:
    """Write every paper of this folder's samples, and a picture of each page."""
    import pypdfium2

    from station_app.paper.invitation import invitation
    from station_app.paper.recovery import recovery_sheet
    from station_app.report.drawing import draw

    folder.mkdir(parents=True, exist_ok=True)
    digits = "7M3K-0QXB-V9TA-1HRD-5ZNC-8WEJ-4GPY-6FS2"
    papers = {
        "report": draw(sample_picture()).pdf,
        "correction": draw(sample_correction()).pdf,
        "recovery": recovery_sheet(
            station_name="罕台镇社工站",
            station=STATION,
            code="K7QM2-XWD9T-FAHR4-CP8NV-3EJY6-GZB5S",
            made_on=date(2024, 1, 8),
        ),
        "invitation": invitation(
            centre_name="鄂尔多斯市社会工作指导中心",
            station_name="罕台镇社工站",
            station=STATION,
            fingerprint=digits,
            code="7QX4-MH2K-9DTR-0V5B",
            made_on=date(2024, 1, 5),
            valid_until=date(2024, 1, 31),
            address="https://centre.example",
        ),
    }
    for name, data in papers.items():
        (folder / f"{name}.pdf").write_bytes(data)
        for number, page in enumerate(pypdfium2.PdfDocument(data), 1):
            page.render(scale=1.15).to_pil().save(folder / f"{name}-{number}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
