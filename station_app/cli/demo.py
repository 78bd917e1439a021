"""A fictional station of any size, the same for the same seed: for training, for trying out, for benchmarks."""

import argparse
import random
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from station_app.cli.commands import Command, Context, Result, UsageError, ok
from station_app.cli.demonstration import add_visits
from station_app.clock import today
from station_app.messages import N_, _
from station_app.store.change import Edit
from station_app.values.divisions import villages
from station_app.values.id_numbers import check_character
from station_app.values.ids import new_id

DIVISION: Final = "150602101"
_SURNAMES: Final = "张王李赵刘白杨高郝乔苏唐马冯梁徐贺任单解曾仇"
_GIVEN: Final = "桂花玉梅改秀英凤仙德厚满仓喜娃忠义瑞云海林世林美丽春兰建国明朗巧珍福贵银锁"
_MONGOLIAN: Final = ("宝音德力格尔", "阿拉腾敖其尔", "娜仁花", "萨仁", "敖登格日勒", "哈斯额尔敦", "其其格", "巴图孟克")


def _words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--residents", type=int, required=True, metavar="N", help=_("how many residents"))
    parser.add_argument("--months", type=int, default=6, metavar="M", help=_("how many months of visits"))
    parser.add_argument("--seed", type=int, default=1, metavar="S", help=_("the same seed gives the same station"))
    parser.add_argument("--until", metavar="YYYY-MM", help=_("the last of these months; default: the one before this"))


def _people(dice: random.Random, number: int) -> Iterator[Sequence[Edit]]:
    codes = sorted(code for code in villages() if code.startswith(DIVISION)) or [DIVISION]
    for _n in range(number):
        mongolian = dice.random() < 0.2
        name = dice.choice(_MONGOLIAN) if mongolian else dice.choice(_SURNAMES) + "".join(dice.sample(_GIVEN, 2))
        born = date(dice.randint(1930, 1964), dice.randint(1, 12), dice.randint(1, 28))
        seventeen = f"152722{born:%Y%m%d}{dice.randint(990, 999)}"
        record = new_id()
        yield [
            Edit(
                "resident",
                {
                    "name": name, "id_no": seventeen + check_character(seventeen), "sex": str(2 - int(seventeen[16]) % 2),
                    "birth_date": born.isoformat(), "phone": f"199{dice.randint(0, 9999):04}{dice.randint(0, 9999):04}",
                    "village": dice.choice(codes), "ethnic_code": "02" if mongolian else "01", "filed_on": "2023-01-10",
                },
                record,
            ),
            Edit("elder", {"resident": record, "file_date": "2023-01-10", "alone": dice.random() < 0.35, "empty_nest": dice.random() < 0.5}),
        ]  # fmt: skip


def _demo(context: Context) -> Result:
    from station_app.compose import create_station
    from station_app.report.month import month_before

    words = context.words
    if not 1 <= words.residents <= 1_000_000 or not 0 <= words.months <= 120:
        raise UsageError(_("Residents go from 1 to 1,000,000, months from 0 to 120."))
    dice = random.Random(words.seed)
    made = ok(
        create_station(context.data, "罕台镇社工站（演示）", DIVISION, "99", "演示站长", context.password("演示站长"))
    )
    station = made.station
    try:
        ok(station.store.batch(_people(dice, words.residents), station.author, "demonstration"))
        until = words.until or month_before(today().isoformat()[:7], 1)
        if words.months:
            ok(add_visits(station, until, words.months, words.seed))
        document = {
            "station": station.store.station, "residents": words.residents, "months": words.months, "seed": words.seed,
            "entries": station.store.entry_count(), "admin": "演示站长",
        }  # fmt: skip
    finally:
        station.close()
    return Result(
        document,
        (_("A fictional station with {n} residents was made in {folder}.", n=words.residents, folder=context.data),),
    )


COMMANDS = (
    Command(
        ("demo",), N_("Make a fictional station of any size, to train and to try."),
        "station-app --data 演示 demo --residents 500 --months 6 --seed 1", _demo, _words,
    ),
)  # fmt: skip
