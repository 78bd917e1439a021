"""Clean volunteer-hours ledgers of any length, laid out as the sample of 500 rows; every person in them is invented."""

import random
from pathlib import Path
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

TITLES: Final = ("序号", "志愿者姓名", "证件号码", "手机号", "活动名称", "服务日期", "起", "止", "时长(小时)", "地点", "服务内容",
                 "服务类别", "负责人", "登记时间", "备注")  # fmt: skip
DAYS: Final = 31
SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
    "余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯"
    "龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN: Final = (
    "秀英兰凤芳桂珍玉淑改花娥梅琴云翠莲香建国明志军德厚文喜娃永福来旺根柱平安和顺茂林"
    "春生海涛宝山金龙玲霞燕红丽静敏洁伟强磊洋勇艳杰娟超刚辉鹏飞波斌宇浩凯秋雪冬晓晨阳"
    "光亮东升华荣贵富财禄寿康宁仁义礼智信忠孝廉耻勤俭朴实诚恳善良温柔贤惠慧颖聪睿哲思"
    "远博达高峰岩松柏青竹菊荷莉萍蓉薇蕾芬芝苗禾稻麦田野川河江湖泉溪雨露霜虹霓星月辰旭"
    "昊天宏伯仲叔季长少元亨利贞乾坤正直方圆广阔"
)
VILLAGES: Final = ("色连村", "罕台村", "九成功村", "撖家塔村", "永胜村", "查干沟村")
WORK: Final = (("环境整治", "清理垃圾", "环保"), ("助农春耕", "帮助播种", "助农"), ("敬老探访", "陪伴聊天", "敬老"))
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def name_of(n: int) -> str:
    """The n-th person's name: some thirty thousand given names, so that few share one, as in a banner's register."""
    mixed = n * 2_654_435_761 % (1 << 32)
    return SURNAMES[mixed % len(SURNAMES)] + GIVEN[mixed // 101 % len(GIVEN)] + GIVEN[mixed // 20_011 % len(GIVEN)]


def id_number_of(n: int) -> str:
    """The n-th person's resident id number, with its check character (GB 11643)."""
    head = f"152727{1950 + n % 50}{1 + n // 50 % 12:02d}{1 + n // 600 % 28:02d}{n // 16_800 % 1000:03d}"
    return head + "10X98765432"[sum(int(d) * w for d, w in zip(head, _WEIGHTS, strict=True)) % 11]


def write_ledger(path: Path, rows: int, people: int | None = None, month: str = "2024-03") -> None:
    """A workbook of so many rows; nobody serves twice on a day, every row is taken."""
    dice = random.Random(rows)
    a_day = -(-rows // DAYS)
    people = people or max(a_day, rows // 10)
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet(f"{int(month[5:])}月志愿服务")
    sheet.write_string(0, 0, f"{month[:4]}年{int(month[5:])}月志愿服务时长登记台账")
    sheet.write_string(1, 0, "单位:罕台镇社工站志愿服务队")
    for column, title in enumerate(TITLES):
        sheet.write_string(2, column, title)
    for n in range(rows):
        day, person = n // a_day, n % people
        activity, content, category = WORK[day % len(WORK)]
        start, half_hours = dice.randint(7, 15), dice.randint(2, 8)
        end = start * 60 + half_hours * 30
        date = f"{month}-{day + 1:02d}"
        sheet.write_number(n + 3, 0, n + 1)
        sheet.write_number(n + 3, 8, half_hours / 2)
        texts = {1: name_of(person), 2: id_number_of(person), 3: f"199{person:08d}", 4: f"{activity}{day + 1}", 5: date,
                 6: f"{start}:00", 7: f"{end // 60}:{end % 60:02d}", 9: VILLAGES[day % len(VILLAGES)], 10: content,
                 11: category, 12: "站长乔某", 13: f"{month[:4]}.{int(month[5:])}.{day + 1}"}  # fmt: skip
        for column, text in texts.items():
            sheet.write_string(n + 3, column, text)
    book.close()
