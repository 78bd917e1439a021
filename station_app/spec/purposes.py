"""Purposes for which the law asks a person separately before a field is filled (PIPL 28, 29), and which of them are masked."""

from typing import Final

from station_app.messages import N_
from station_app.spec.fields import Choice


class Purpose(Choice):
    """What a consent is asked for: one signature each, never bundled (DOMAIN §3)."""

    HEALTH = "health", N_("Health"), "健康", "健康信息", "医疗健康"
    RELIGION = "religion", N_("Religion"), "宗教", "宗教信仰"
    BANK = "bank", N_("Bank account"), "银行账号", "金融账户"
    LOCATION = "location", N_("Whereabouts"), "位置", "行踪轨迹"
    PHOTO = "photo", N_("Photos and recordings"), "照片", "拍照"
    UNDER_14 = "under14", N_("Data of a child under 14"), "未满十四周岁", "儿童信息"
    PUBLISH = "publish", N_("Publication with name"), "公开", "实名公开"


#: Purposes whose values are shown only when somebody asks and says why.
MASKED: Final = frozenset({Purpose.HEALTH.value, Purpose.RELIGION.value, Purpose.BANK.value, Purpose.LOCATION.value})
#: Titles (untranslated) by code.
TITLES: Final = {purpose.value: purpose.label for purpose in Purpose}
