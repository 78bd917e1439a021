"""A kind nobody knows: declared here and nowhere else, it must get every surface."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Mapped

from station_app.kinds.base import KINDS, Named, Record
from station_app.kinds.columns import choice, date, money, mu, person_name, phone, refers_to, text, yes_no
from station_app.spec.fields import Choice


class Colour(Choice):
    """Two codes."""

    RED = "red", "红", "红色"
    BLUE = "blue", "蓝", "蓝色"


class Beehive(Record, kind="beehive", section="farm", merge="by_field", title="蜂箱"):
    """A beehive."""

    name: Mapped[str | None] = person_name("养蜂人", needed=True)
    phone: Mapped[str | None] = phone("养蜂人电话")
    owner: Mapped[str | None] = refers_to("resident", "所属居民")
    place: Mapped[str | None] = text("放置地点", required=True, headers=("地点", "摆放处"))
    set_up: Mapped[str | None] = date("放置日期", headers=("日期",))
    meadow: Mapped[int | None] = mu("草场面积", above=0)
    price: Mapped[int | None] = money("价格", at_least=0)
    colour: Mapped[str | None] = choice(Colour, "颜色")
    alive: Mapped[bool | None] = yes_no("有蜂")

    def caption(self, named: Named) -> str:
        """The beekeeper and the place."""
        return f"{self.name or ''} {self.place or ''}".strip()


KINDS.forget("beehive")


@contextmanager
def beehive() -> Iterator[type[Record]]:
    """The kind is declared within."""
    KINDS.add(Beehive)
    try:
        yield Beehive
    finally:
        KINDS.forget("beehive")
