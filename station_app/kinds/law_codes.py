"""Codes that the law's records share: who speaks for a person, on what ground, what a resident may ask for."""

from station_app.messages import N_
from station_app.spec.fields import Choice


class Speaks(Choice):
    """Who gave a consent or made a request (PIPL 31, 44-50)."""

    SELF = "self", N_("The person"), "本人"
    GUARDIAN = "guardian", N_("A parent or guardian"), "监护人", "父母"
    HEIR = "heir", N_("A near relative of the deceased"), "近亲属", "继承人"
    AGENT = "agent", N_("Somebody with a power of attorney"), "代理人", "受托人"


class Shown(Choice):
    """How the text came to the person (PIPL 17, 30)."""

    READ = "read", N_("Read by the person"), "本人阅读"
    ALOUD = "aloud", N_("Read aloud"), "宣读", "读给本人听"
    MONGOL = "mongol", N_("Read aloud in Mongolian"), "蒙语宣读"


class Proof(Choice):
    """What proves an answer."""

    SIGNATURE = "signature", N_("Signature on paper"), "签字", "签名"
    THUMBPRINT = "thumbprint", N_("Thumbprint on paper"), "手印", "按手印"
    WITNESS = "witness", N_("Spoken, with a witness"), "口头有见证人"


class Ground(Choice):
    """The legal ground on which data are kept (PIPL 13, 29, 34)."""

    CONSENT = "consent", N_("The person's own consent"), "单独同意", "同意"
    STATUTORY = "statutory", N_("Duty by law: the person is told"), "法定职责", "告知"


class Wanted(Choice):
    """What a request asks for (PIPL 45-50)."""

    VIEW = "view", N_("To see the data"), "查阅"
    COPY = "copy", N_("To have a copy"), "复制"
    CORRECT = "correct", N_("To have them corrected"), "更正", "补充"
    DELETE = "delete", N_("To have them deleted"), "删除"
    EXPLAIN = "explain", N_("To have the rules explained"), "解释说明"
    WITHDRAW = "withdraw", N_("To withdraw a consent"), "撤回同意"


class Identity(Choice):
    """How the one who asks was known to be who they say."""

    CARD = "card", N_("Identity card seen"), "查验身份证"
    HOUSEHOLD_BOOK = "household_book", N_("Household register seen"), "查验户口簿"
    KNOWN = "known", N_("Known to the worker in person"), "工作人员认识"
    KINSHIP = "kinship", N_("Proof of kinship seen"), "亲属关系证明"
    POWER = "power", N_("Power of attorney seen"), "授权委托书"


class RequestState(Choice):
    """Where a request stands."""

    RECEIVED = "received", N_("Received"), "已受理"
    DONE = "done", N_("Done"), "已办结"
    REFUSED = "refused", N_("Refused, with the reason"), "不予办理"
    RESTRICTED = "restricted", N_("Kept in storage only, nothing else is done with it"), "仅存储"
    DROPPED = "dropped", N_("Taken back by the one who asked"), "申请人撤回"


class Reading(Choice):
    """How masked data came to be read."""

    REVEAL = "reveal", N_("Shown on the screen"), "显示"
    PROGRAM = "program", N_("Read by a program (command line)"), "命令行读取"
    COPY = "copy", N_("Copied out for the person"), "本人资料导出"


class Approves(Choice):
    """What a second person agreed to."""

    MINOR = "minor", N_("Reading a minor's sensitive data"), "查阅未成年人敏感信息"
    DESTRUCTION = "destruction", N_("A destruction list"), "销毁清单"


class ListState(Choice):
    """Where a destruction list stands."""

    DRAFT = "draft", N_("Drawn up"), "拟定"
    SIGNED = "signed", N_("Signed by the head"), "负责人已签"
    AGREED = "agreed", N_("Signed by two"), "双人已签"
    DONE = "done", N_("Destroyed"), "已销毁"
