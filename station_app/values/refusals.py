"""Why a reader refuses, and what it warns of: two closed sets, each code with its sentence."""

from enum import StrEnum
from typing import Final

from station_app.messages import N_


class ReadingRefusal(StrEnum):
    """Codes of :attr:`~station_app.values.reading.Read.reason`."""

    ID_EMPTY = "ID_EMPTY"
    ID_PRECISION_LOST = "ID_PRECISION_LOST"
    ID_FORMAT = "ID_FORMAT"
    ID_LENGTH = "ID_LENGTH"
    ID_DATE = "ID_DATE"
    ID_FUTURE_BIRTH = "ID_FUTURE_BIRTH"
    ID_AGE_RANGE = "ID_AGE_RANGE"
    ID_REGION = "ID_REGION"
    ID_CHECKSUM = "ID_CHECKSUM"
    PHONE_LENGTH = "PHONE_LENGTH"
    PHONE_PREFIX = "PHONE_PREFIX"
    PHONE_PRECISION_LOST = "PHONE_PRECISION_LOST"
    PHONE_FORMAT = "PHONE_FORMAT"
    NAME_MISSING = "NAME_MISSING"
    NAME_TOO_LONG = "NAME_TOO_LONG"
    NAME_SEVERAL = "NAME_SEVERAL"
    NAME_FORMAT = "NAME_FORMAT"
    NAME_NOT_MONGOLIAN = "NAME_NOT_MONGOLIAN"
    SEX_UNREADABLE = "SEX_UNREADABLE"
    DATE_UNPARSEABLE = "DATE_UNPARSEABLE"
    DATE_INVALID = "DATE_INVALID"
    DATE_RANGE = "DATE_RANGE"
    DATE_YEAR_MISSING = "DATE_YEAR_MISSING"
    DATE_FUTURE = "DATE_FUTURE"
    DATE_OUT_OF_PERIOD = "DATE_OUT_OF_PERIOD"
    LUNAR_NO_YEAR = "LUNAR_NO_YEAR"
    LUNAR_YEAR_AMBIGUOUS = "LUNAR_YEAR_AMBIGUOUS"
    LUNAR_YEAR_RANGE = "LUNAR_YEAR_RANGE"
    LUNAR_MONTH_RANGE = "LUNAR_MONTH_RANGE"
    LUNAR_NO_SUCH_LEAP_MONTH = "LUNAR_NO_SUCH_LEAP_MONTH"
    LUNAR_DAY_RANGE = "LUNAR_DAY_RANGE"
    TIME_UNPARSEABLE = "TIME_UNPARSEABLE"
    TIME_RANGE = "TIME_RANGE"
    HOURS_RANGE = "HOURS_RANGE"
    HOURS_AMBIGUOUS = "HOURS_AMBIGUOUS"
    AREA_UNPARSEABLE = "AREA_UNPARSEABLE"
    AREA_RANGE = "AREA_RANGE"
    WEIGHT_UNIT = "WEIGHT_UNIT"
    WEIGHT_RANGE = "WEIGHT_RANGE"
    WEIGHT_UNPARSEABLE = "WEIGHT_UNPARSEABLE"
    MONEY_RANGE = "MONEY_RANGE"
    MONEY_UNPARSEABLE = "MONEY_UNPARSEABLE"
    PRICE_UNIT = "PRICE_UNIT"
    FLAG_UNREADABLE = "FLAG_UNREADABLE"
    COUNT_UNPARSEABLE = "COUNT_UNPARSEABLE"
    COUNT_RANGE = "COUNT_RANGE"
    VILLAGE_CODE = "VILLAGE_CODE"
    CROP_UNREADABLE = "CROP_UNREADABLE"
    ITEM_MISSING = "ITEM_MISSING"
    ITEM_UNKNOWN = "ITEM_UNKNOWN"
    SCORE_NOT_INTEGER = "SCORE_NOT_INTEGER"
    SCORE_RANGE = "SCORE_RANGE"
    SCORE_OVER_MAX = "SCORE_OVER_MAX"
    RISK_EVENTS_RANGE = "RISK_EVENTS_RANGE"


class ReadingWarning(StrEnum):
    """Codes of :attr:`~station_app.values.reading.Read.warnings`."""

    ID_15_UPGRADED = "ID_15_UPGRADED"
    ID_LOOKALIKE_X = "ID_LOOKALIKE_X"
    ID_REGION_UNKNOWN = "ID_REGION_UNKNOWN"
    AREA_CODE_ADDED = "AREA_CODE_ADDED"
    PHONE_OWNER_NOTE = "PHONE_OWNER_NOTE"
    DECEASED_NOTE = "DECEASED_NOTE"
    NAME_ALIAS_NOTE = "NAME_ALIAS_NOTE"
    NAME_NOTE = "NAME_NOTE"
    NAME_PRIVATE_USE = "NAME_PRIVATE_USE"
    ETHNIC_UNKNOWN = "ETHNIC_UNKNOWN"
    EXCEL_SERIAL = "EXCEL_SERIAL"
    EXCEL_SERIAL_TEXT = "EXCEL_SERIAL_TEXT"
    TWO_DIGIT_YEAR = "TWO_DIGIT_YEAR"
    YEAR_FROM_TITLE = "YEAR_FROM_TITLE"
    DAY_MISSING = "DAY_MISSING"
    MONTH_MISSING = "MONTH_MISSING"
    LUNAR_CONVERTED = "LUNAR_CONVERTED"
    LUNAR_ASSUMED = "LUNAR_ASSUMED"
    TIME_AMBIGUOUS = "TIME_AMBIGUOUS"
    AREA_APPROX = "AREA_APPROX"
    AREA_UNIT_CONVERTED = "AREA_UNIT_CONVERTED"
    WEIGHT_APPROX = "WEIGHT_APPROX"
    WEIGHT_UNIT_CONVERTED = "WEIGHT_UNIT_CONVERTED"
    WEIGHT_UNIT_FROM_HEADER = "WEIGHT_UNIT_FROM_HEADER"
    MONEY_UNIT_CONVERTED = "MONEY_UNIT_CONVERTED"
    MONEY_CN_NUMERAL = "MONEY_CN_NUMERAL"
    MONEY_ROUNDED = "MONEY_ROUNDED"
    PRICE_UNIT_CONVERTED = "PRICE_UNIT_CONVERTED"
    COUNT_APPROX = "COUNT_APPROX"
    VILLAGE_UNKNOWN = "VILLAGE_UNKNOWN"
    CROP_ALIAS_LOCAL = "CROP_ALIAS_LOCAL"
    CROP_MULTI_SPLIT = "CROP_MULTI_SPLIT"
    CROP_OTHER = "CROP_OTHER"


SENTENCES: Final[dict[StrEnum, str]] = {
    ReadingRefusal.ID_EMPTY: N_(
        "There is no identity number. Fill it in, or give name, date of birth and telephone and add the number later."
    ),
    ReadingRefusal.ID_PRECISION_LOST: N_(
        "The spreadsheet stored the identity number as a number and lost its last digits. Set the column to "
        "text and type the number again from the card."
    ),
    ReadingRefusal.ID_FORMAT: N_(
        "The identity number holds characters that do not belong there (stars, words). Type all 18 "
        "characters from the card."
    ),
    ReadingRefusal.ID_LENGTH: N_(
        "The identity number does not have 18 characters. Check it against the card for a missing or doubled digit."
    ),
    ReadingRefusal.ID_DATE: N_(
        "The date of birth inside the identity number does not exist. Check digits 7 to 14 against the card."
    ),
    ReadingRefusal.ID_FUTURE_BIRTH: N_(
        "By the identity number this person is not born yet. Check digits 7 to 14 against the card."
    ),
    ReadingRefusal.ID_AGE_RANGE: N_(
        "By the identity number this person would be older than 130. Check digits 7 to 14 against the card."
    ),
    ReadingRefusal.ID_REGION: N_(
        "The identity number begins with digits no province has. Check its first two digits against the card."
    ),
    ReadingRefusal.ID_CHECKSUM: N_(
        "The last character of the identity number does not fit the others, so a digit is wrong. Check it "
        "against the card."
    ),
    ReadingRefusal.PHONE_LENGTH: N_(
        "The telephone number has too few or too many digits. A mobile number has 11, a local one 7 after 0477."
    ),
    ReadingRefusal.PHONE_PREFIX: N_("No telephone number begins like this. Check it with the person."),
    ReadingRefusal.PHONE_PRECISION_LOST: N_(
        "The spreadsheet shortened the telephone number and lost digits. Set the column to text and type it again."
    ),
    ReadingRefusal.PHONE_FORMAT: N_(
        "This is not a telephone number. Write digits only, several numbers parted by a stroke."
    ),
    ReadingRefusal.NAME_MISSING: N_("There is no name. Fill in the person's name."),
    ReadingRefusal.NAME_TOO_LONG: N_("The name has more than 50 characters. Put remarks into the remarks column."),
    ReadingRefusal.NAME_SEVERAL: N_("There are several people in one cell. Give each a row of their own."),
    ReadingRefusal.NAME_FORMAT: N_("The name holds digits or signs that no name has. Leave only the name."),
    ReadingRefusal.NAME_NOT_MONGOLIAN: N_(
        "This is not in Mongolian script. Type it with a Mongolian (Unicode) keyboard, or leave it empty."
    ),
    ReadingRefusal.SEX_UNREADABLE: N_("The sex cannot be read. Write 男 or 女."),
    ReadingRefusal.DATE_UNPARSEABLE: N_("The date cannot be read. Write year, month and day, such as 2024-03-05."),
    ReadingRefusal.DATE_INVALID: N_("There is no such day in the calendar. Check month and day."),
    ReadingRefusal.DATE_RANGE: N_("There are several days in one cell. Give each day a row of its own."),
    ReadingRefusal.DATE_YEAR_MISSING: N_("The date has no year, and the ledger does not say which. Add the year."),
    ReadingRefusal.DATE_FUTURE: N_("The date lies in the future. Check the year."),
    ReadingRefusal.DATE_OUT_OF_PERIOD: N_(
        "The date does not belong to this ledger's period. Check it, or move the row to the right ledger."
    ),
    ReadingRefusal.LUNAR_NO_YEAR: N_("A lunar day needs its year. Add the year, such as 农历1945年三月初五."),
    ReadingRefusal.LUNAR_YEAR_AMBIGUOUS: N_("The same cycle name comes every sixty years. Write the year in digits."),
    ReadingRefusal.LUNAR_YEAR_RANGE: N_("The lunar year lies outside 1850 to 2150. Check it."),
    ReadingRefusal.LUNAR_MONTH_RANGE: N_("The lunar calendar has no such month. Check it."),
    ReadingRefusal.LUNAR_NO_SUCH_LEAP_MONTH: N_("That lunar year has no such leap month. Check month and year."),
    ReadingRefusal.LUNAR_DAY_RANGE: N_("That lunar month has no such day. Check it: short months end with 廿九."),
    ReadingRefusal.TIME_UNPARSEABLE: N_("The time cannot be read. Write it like 9:30 or 14:00."),
    ReadingRefusal.TIME_RANGE: N_("There is no such time of day. Check hours and minutes."),
    ReadingRefusal.HOURS_RANGE: N_(
        "The length of time is nought, negative or outside what is allowed "
        "(a volunteer's shift: a quarter of an hour to twelve hours). Check it."
    ),
    ReadingRefusal.HOURS_AMBIGUOUS: N_(
        "The length of time is unclear (half a day, some). Write hours or minutes, such as 2.5小时."
    ),
    ReadingRefusal.AREA_UNPARSEABLE: N_("The area cannot be read. Write one number in 亩, such as 5.2."),
    ReadingRefusal.AREA_RANGE: N_("The area of one plot must lie between 0.1 and 500 亩. Check number and unit."),
    ReadingRefusal.WEIGHT_UNIT: N_("The unit of weight is unknown or cannot be converted. Write 斤, 公斤 or 吨."),
    ReadingRefusal.WEIGHT_RANGE: N_("The weight is negative or far too great. Check it."),
    ReadingRefusal.WEIGHT_UNPARSEABLE: N_("The weight cannot be read. Write one number and its unit."),
    ReadingRefusal.MONEY_RANGE: N_("The amount is negative or far too great. Check it."),
    ReadingRefusal.MONEY_UNPARSEABLE: N_("The amount cannot be read. Write it in yuan, such as 1234.50."),
    ReadingRefusal.PRICE_UNIT: N_("The price is for a unit that is no weight. Write it per 斤 or per 公斤."),
    ReadingRefusal.FLAG_UNREADABLE: N_("Neither yes nor no can be read here. Write 是 or 否, or leave it empty."),
    ReadingRefusal.COUNT_UNPARSEABLE: N_("This is not a whole number. Write digits only."),
    ReadingRefusal.COUNT_RANGE: N_("The number is too small or too great. Check it."),
    ReadingRefusal.VILLAGE_CODE: N_("No village has this code. Choose the village by its name."),
    ReadingRefusal.CROP_UNREADABLE: N_("The crop cannot be read. Write its name."),
    ReadingRefusal.ITEM_MISSING: N_("An item of the assessment has no score. All 26 are needed."),
    ReadingRefusal.ITEM_UNKNOWN: N_("The assessment has no such item."),
    ReadingRefusal.SCORE_NOT_INTEGER: N_("A score must be a whole number."),
    ReadingRefusal.SCORE_RANGE: N_("A score cannot be negative."),
    ReadingRefusal.SCORE_OVER_MAX: N_("A score is greater than the item allows. Check the item's highest score."),
    ReadingRefusal.RISK_EVENTS_RANGE: N_("The number of risk events cannot be negative."),
    ReadingWarning.ID_15_UPGRADED: N_("A 15-digit identity number was brought to 18 digits. Compare it with the card."),
    ReadingWarning.ID_LOOKALIKE_X: N_("The last letter only looked like X (another alphabet) and was mended."),
    ReadingWarning.ID_REGION_UNKNOWN: N_(
        "The county in the identity number is in no table. Compare the first six digits with the card."
    ),
    ReadingWarning.AREA_CODE_ADDED: N_("The area code 0477 was put before the telephone number."),
    ReadingWarning.PHONE_OWNER_NOTE: N_("The telephone belongs to somebody else, as noted beside it."),
    ReadingWarning.DECEASED_NOTE: N_("A note says that the person has died. Please confirm and enter the date."),
    ReadingWarning.NAME_ALIAS_NOTE: N_("Another name stood beside the name and was put in its own place."),
    ReadingWarning.NAME_NOTE: N_("A remark stood beside the name and was put in the notes."),
    ReadingWarning.NAME_PRIVATE_USE: N_(
        "The name has a character that other computers cannot show. Type it again when you can."
    ),
    ReadingWarning.ETHNIC_UNKNOWN: N_("The ethnic group is not known and was left empty."),
    ReadingWarning.EXCEL_SERIAL: N_("The date was stored as a number and was turned back into a date. Please compare."),
    ReadingWarning.EXCEL_SERIAL_TEXT: N_(
        "The date was stored as digits of text and was turned back into a date. Please compare."
    ),
    ReadingWarning.TWO_DIGIT_YEAR: N_("The year had two digits only; its century was inferred. Please compare."),
    ReadingWarning.YEAR_FROM_TITLE: N_("The year was missing and was taken from the ledger's title or period."),
    ReadingWarning.DAY_MISSING: N_("The day is missing; only year and month are kept."),
    ReadingWarning.MONTH_MISSING: N_("Month and day are missing; only the year is kept."),
    ReadingWarning.LUNAR_CONVERTED: N_("A lunar date was converted; what was said is kept too."),
    ReadingWarning.LUNAR_ASSUMED: N_(
        "The date was taken for a lunar one because of how it is written. Please compare."
    ),
    ReadingWarning.TIME_AMBIGUOUS: N_("Twelve in the morning was taken for noon. Please compare."),
    ReadingWarning.AREA_APPROX: N_("The area is approximate."),
    ReadingWarning.AREA_UNIT_CONVERTED: N_("The area was converted to 亩."),
    ReadingWarning.WEIGHT_APPROX: N_("The weight is approximate."),
    ReadingWarning.WEIGHT_UNIT_CONVERTED: N_("The weight was converted from another unit than the column's."),
    ReadingWarning.WEIGHT_UNIT_FROM_HEADER: N_(
        "The number has no unit and neither has the column's header. Add the unit to the header."
    ),
    ReadingWarning.MONEY_UNIT_CONVERTED: N_("The amount was converted to yuan."),
    ReadingWarning.MONEY_CN_NUMERAL: N_("The amount was read from Chinese numerals. Please compare."),
    ReadingWarning.MONEY_ROUNDED: N_("The amount was rounded to the fen."),
    ReadingWarning.PRICE_UNIT_CONVERTED: N_("The price was converted from another unit than the column's."),
    ReadingWarning.COUNT_APPROX: N_("The number is approximate."),
    ReadingWarning.VILLAGE_UNKNOWN: N_("The village matches no single code and was kept as text."),
    ReadingWarning.CROP_ALIAS_LOCAL: N_("山药 was taken for potatoes, as it is said here."),
    ReadingWarning.CROP_MULTI_SPLIT: N_("Several crops stood in one cell and were split."),
    ReadingWarning.CROP_OTHER: N_("The crop is not in the list and was taken as another crop."),
}
