"""A community work room under a station."""

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import date, division, long_text, person_name, text
from station_app.kinds.columns import phone as phone_number
from station_app.messages import N_


class Room(Record, kind="room", section="station", merge="by_field", title=N_("Work room")):
    """A community work room 社工室 (DESIGN, vocabulary)."""

    listed = ("name", "village", "opened_on")

    name: Mapped[str | None] = text(N_("Name of the room"), needed=True, headers=("社工室名称", "社工室"))
    village: Mapped[str | None] = division(
        N_("Village or community"), required=True, headers=("村(社区)", "社区", "嘎查村")
    )
    address: Mapped[str | None] = text(N_("Address of the room"), headers=("社工室地址", "地址"))
    phone: Mapped[str | None] = phone_number(N_("Telephone"), headers=("电话", "联系电话"))
    leader: Mapped[str | None] = person_name(N_("Leader"), headers=("负责人",))
    opened_on: Mapped[str | None] = date(N_("Opened on"), past=True, headers=("成立日期", "启用日期"))
    closed_on: Mapped[str | None] = date(N_("Closed on"), past=True, headers=("撤销日期",))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def caption(self, named: Named) -> str:
        """The name."""
        return self.name or self.titled()
