"""The station itself: its name, code and where it is."""

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import division, long_text, person_name, text
from station_app.kinds.columns import phone as phone_number
from station_app.messages import N_


class Station(Record, kind="station", section="station", merge="by_field", title=N_("Station")):
    """A township's social-work station 社工站: code = 9-digit division code and a 2-digit number (CONTRACT)."""

    erasable = False
    listed = ("name", "code", "division")

    name: Mapped[str | None] = text(N_("Name of the station"), needed=True, headers=("站点名称", "社工站名称"))
    code: Mapped[str | None] = text(N_("Code of the station"), needed=True, headers=("站点编号", "社工站编号"))
    division: Mapped[str | None] = division(
        N_("Township"), required=True, headers=("苏木乡镇", "苏木乡镇(街道)", "乡镇", "街道")
    )
    address: Mapped[str | None] = text(N_("Address of the station"), headers=("站点地址",))
    phone: Mapped[str | None] = phone_number(N_("Telephone"), headers=("站点电话",))
    head: Mapped[str | None] = person_name(N_("Head of the station"), headers=("站长",))
    operator: Mapped[str | None] = text(N_("Operated by"), headers=("承接机构", "运营机构"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def caption(self, named: Named) -> str:
        """The name."""
        return self.name or self.titled()
