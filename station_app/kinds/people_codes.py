"""Codes about people that several kinds share: sex, ethnic group, groups of service objects, relations."""

from station_app.messages import N_
from station_app.spec.fields import Choice


class Sex(Choice):
    """GB/T 2261.1."""

    MALE = "1", N_("Male"), "男", "男性", "M"
    FEMALE = "2", N_("Female"), "女", "女性", "F"
    UNKNOWN = "0", N_("Unknown sex"), "未知", "未知的性别"
    UNSAID = "9", N_("Sex not stated"), "未说明", "未说明的性别"


class Calendar(Choice):
    """The calendar in which people said a birthday."""

    SOLAR = "solar", N_("Solar calendar"), "阳历", "公历", "新历"
    LUNAR = "lunar", N_("Lunar calendar"), "农历", "阴历", "旧历"


class IdType(Choice):
    """What proves who someone is (DOMAIN §1.2)."""

    RESIDENT_CARD = "1", N_("Resident identity card"), "身份证", "居民身份证"
    HOUSEHOLD_BOOK = "2", N_("Household register"), "户口簿", "户口本"
    PASSPORT = "3", N_("Passport"), "护照"
    HMT_PERMIT = (
        "4",
        N_("Residence permit for Hong Kong, Macao and Taiwan residents"),
        "港澳台居住证",
        "港澳台居民居住证",
    )
    NONE = "9", N_("No document"), "无", "无证件"


class HukouType(Choice):
    """Kind of household registration (DOMAIN §1.2)."""

    RURAL = "1", N_("Rural (farmers and herders)"), "农业", "农牧民", "农业户口"
    URBAN = "2", N_("Non-rural"), "非农", "非农业", "城镇"
    RESIDENT = "3", N_("Resident household"), "居民户", "居民"


class Marital(Choice):
    """GB/T 2261.2."""

    SINGLE = "10", N_("Unmarried"), "未婚"
    MARRIED = "20", N_("Married"), "已婚", "有配偶"
    WIDOWED = "30", N_("Widowed"), "丧偶"
    DIVORCED = "40", N_("Divorced"), "离婚", "离异"
    UNSAID = "90", N_("Marital status not stated"), "未说明"


class Education(Choice):
    """GB/T 4658, first digit."""

    GRADUATE = "10", N_("Graduate school"), "研究生"
    UNIVERSITY = "20", N_("University"), "大学本科", "本科", "大学"
    COLLEGE = "30", N_("College"), "大学专科", "大专", "专科"
    VOCATIONAL = "40", N_("Vocational school"), "中专", "中等职业", "技校"
    HIGH = "60", N_("Senior middle school"), "高中", "普通高中"
    MIDDLE = "70", N_("Junior middle school"), "初中"
    PRIMARY = "80", N_("Primary school"), "小学"
    OTHER = "90", N_("Other schooling"), "其他", "文盲", "半文盲"


class Politics(Choice):
    """GB/T 4762, the codes met in a township."""

    PARTY = "01", N_("Member of the Communist Party"), "中共党员", "党员"
    PROBATIONARY = "02", N_("Probationary Party member"), "预备党员", "中共预备党员"
    LEAGUE = "03", N_("Member of the Youth League"), "共青团员", "团员"
    OTHER_PARTY = "04", N_("Member of a democratic party"), "民主党派"
    MASSES = "13", N_("No party"), "群众"


class Group(Choice):
    """Groups a service object belongs to (DOMAIN §1.2)."""

    ELDER = "elder", N_("Elder"), "老年人", "老人"
    ALONE = "alone", N_("Lives alone"), "独居", "独居老人"
    EMPTY_NEST = "empty_nest", N_("Empty nest"), "空巢", "空巢老人"
    LEFT_BEHIND = "left_behind", N_("Left-behind elder"), "留守", "留守老人"
    DISABLED = "disabled", N_("Holds a disability certificate"), "残疾", "残疾人"
    DIBAO = "dibao", N_("Minimum living allowance"), "低保", "低保户", "最低生活保障"
    TEKUN = "tekun", N_("Extreme hardship"), "特困", "五保", "特困人员"
    LOW_MARGIN = "low_margin", N_("Margin of the allowance"), "低边", "低保边缘"
    LOST_ONLY_CHILD = "lost_only_child", N_("Lost an only child"), "计生特殊", "失独"
    CHILD_AT_RISK = "child_at_risk", N_("Child at risk"), "困境儿童"
    LEFT_BEHIND_CHILD = "left_behind_child", N_("Left-behind child"), "留守儿童"
    HERDER = "herder", N_("Herder moved from pasture"), "牧区转移", "转移牧民"
    RETURNEE = "returnee", N_("Returned home"), "返乡", "返乡人员"


class Relation(Choice):
    """Relation to the head of a household or to an elder; GB/T 4761, shortened."""

    SELF = "self", N_("The person themself"), "本人", "户主"
    SPOUSE = "spouse", N_("Spouse"), "配偶", "老伴", "丈夫", "妻子", "爱人"
    SON = "son", N_("Son"), "儿子", "长子", "次子", "子"
    DAUGHTER = "daughter", N_("Daughter"), "女儿", "女", "长女", "次女"
    CHILD_IN_LAW = "child_in_law", N_("Son- or daughter-in-law"), "儿媳", "女婿", "媳妇"
    GRANDCHILD = "grandchild", N_("Grandchild"), "孙子", "孙女", "外孙", "外孙女"
    PARENT = "parent", N_("Parent"), "父亲", "母亲", "父母"
    SIBLING = "sibling", N_("Brother or sister"), "兄弟", "姐妹", "哥哥", "弟弟", "姐姐", "妹妹"
    NEPHEW = "nephew", N_("Nephew or niece"), "侄子", "侄女", "外甥", "外甥女"
    OTHER_KIN = "other_kin", N_("Other relative"), "亲戚", "其他亲属"
    NEIGHBOUR = "neighbour", N_("Neighbour"), "邻居"
    FRIEND = "friend", N_("Friend"), "朋友"
    CADRE = "cadre", N_("Village cadre"), "村干部", "社长", "网格员"
    OTHER = "other", N_("Other relation"), "其他", "其它"


class CertLevel(Choice):
    """Level of a social worker's certificate; one level, the highest valid (DOMAIN §1.10)."""

    JUNIOR = "junior", N_("Assistant social worker"), "助理社会工作师", "初级", "助理"
    MID = "mid", N_("Social worker (intermediate)"), "社会工作师", "中级"
    SENIOR = "senior", N_("Senior social worker"), "高级社会工作师", "高级"
