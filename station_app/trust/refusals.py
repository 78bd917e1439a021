"""The closed sets of "no" in trust: of a bundle (frozen in the contract), of a certificate, of a signed report."""

from enum import StrEnum

from station_app.messages import N_


class BundleRefusal(StrEnum):
    """Why a bundle, a receipt or a blob is not taken; the contract's closed set, never extended without it."""

    BAD_FORMAT = "bad_format"
    WITHHELD = "withheld"
    TOO_LARGE = "too_large"
    BAD_SIGNATURE = "bad_signature"
    NOT_ENROLLED = "not_enrolled"
    REVOKED = "revoked"
    WRONG_RECIPIENT = "wrong_recipient"
    WRONG_STATION = "wrong_station"
    GAP = "gap"
    FORK = "fork"
    NEWER_SCHEMA = "newer_schema"


class TrustRefusal(StrEnum):
    """Why enrolment, a certificate or a key file is not accepted."""

    BAD_REQUEST = "bad_request"
    WRONG_CODE = "wrong_code"
    OTHER_STATION = "request_of_other_station"
    BAD_CHAIN = "bad_chain"
    NOT_OUR_KEY = "not_our_key"
    FINGERPRINT_MISMATCH = "fingerprint_mismatch"
    FINGERPRINT_INCOMPLETE = "fingerprint_incomplete"
    EXPIRED = "certificate_expired"
    NOT_YET_VALID = "certificate_not_yet_valid"
    BAD_REVOCATION_LIST = "bad_revocation_list"
    OLDER_REVOCATION_LIST = "older_revocation_list"
    BAD_KEY_FILE = "bad_key_file"
    NO_CERTUTIL = "no_certutil"


class ReportRefusal(StrEnum):
    """Why a signed report is not valid, or cannot be signed."""

    UNREADABLE = "report_unreadable"
    UNSIGNED = "report_unsigned"
    CHANGED = "report_changed"
    NOT_WHOLE = "report_not_whole"
    BAD_SIGNATURE = "report_bad_signature"
    NOT_CANONICAL = "report_not_canonical"
    UNKNOWN_SIGNER = "report_unknown_signer"
    SIGNER_REVOKED = "report_signer_revoked"
    WRONG_SIGNER = "report_wrong_signer"
    NOT_CERTIFIED = "report_not_certified"
    NOT_PREPARED = "report_not_prepared"
    ALREADY_SIGNED = "report_already_signed"


SENTENCES: dict[StrEnum, str] = {
    BundleRefusal.BAD_FORMAT: N_(
        "This file is damaged or is not one of ours. Nothing of it was taken. Please copy it again from where it came."
    ),
    BundleRefusal.WITHHELD: N_(
        "A part that belongs to this bundle is missing without a lawful reason. Nothing was taken;"
        " please ask the sender to hand in again."
    ),
    BundleRefusal.TOO_LARGE: N_(
        "This file is larger than a bundle may be. Nothing was taken. Please hand in again with this program."
    ),
    BundleRefusal.BAD_SIGNATURE: N_(
        "The signature does not fit the content: the file was changed after it was signed. Nothing was taken."
        " Please hand in again from the original computer."
    ),
    BundleRefusal.NOT_ENROLLED: N_(
        "The signing computer holds no valid certificate of the guidance centre (not enrolled, or expired)."
        " Please enrol it with the centre first."
    ),
    BundleRefusal.REVOKED: N_(
        "The guidance centre has withdrawn the certificate of the signing computer. Nothing was taken."
        " Please speak with the centre."
    ),
    BundleRefusal.WRONG_RECIPIENT: N_(
        "This file was encrypted for someone else and cannot be opened here. Please pass it on to its recipient."
    ),
    BundleRefusal.WRONG_STATION: N_(
        "Signer, file name and content do not name the same station. Nothing was taken. Please check whose stick this is."
    ),
    BundleRefusal.GAP: N_(
        "An earlier part has not arrived yet. This one is kept and will be taken in as soon as the missing part comes."
    ),
    BundleRefusal.FORK: N_(
        "Two different histories claim to come from one computer (a copied or restored computer?)."
        " The file is set aside; please let the guidance centre decide."
    ),
    BundleRefusal.NEWER_SCHEMA: N_(
        "This file was made by a newer version of the program. It is kept and will be taken in after the update."
    ),
    TrustRefusal.BAD_REQUEST: N_(
        "This certificate request is damaged or incomplete. Please let the station make a new one."
    ),
    TrustRefusal.WRONG_CODE: N_(
        "The one-time code does not belong to this request. Please check the code on the printed invitation and try again."
    ),
    TrustRefusal.OTHER_STATION: N_(
        "The request names station {found}, but the invitation was made for station {expected}."
    ),
    TrustRefusal.BAD_CHAIN: N_(
        "The certificate file from the centre is damaged or incomplete. Please fetch it from the centre again."
    ),
    TrustRefusal.NOT_OUR_KEY: N_(
        "This certificate was made for another computer. Please ask the centre for the one of this computer."
    ),
    TrustRefusal.FINGERPRINT_MISMATCH: N_(
        "The fingerprint does not match, first in group {group}. Compare it with the printed invitation."
        " If you typed it right, do not go on: telephone the guidance centre."
    ),
    TrustRefusal.FINGERPRINT_INCOMPLETE: N_(
        "The fingerprint is incomplete: it has {expected} letters and digits, {found} were entered. Please type all groups."
    ),
    TrustRefusal.EXPIRED: N_("The certificate ended on {until}. Please ask the guidance centre for a new one."),
    TrustRefusal.NOT_YET_VALID: N_(
        "The certificate is valid only from {since}. Please check this computer's date; if it is right, speak with the centre."
    ),
    TrustRefusal.BAD_REVOCATION_LIST: N_(
        "The centre's list of withdrawn certificates is damaged or not from our centre. Please fetch it from the centre again."
    ),
    TrustRefusal.OLDER_REVOCATION_LIST: N_(
        "This list of withdrawn certificates is older than the one already known here; the newer one stays in force."
    ),
    TrustRefusal.BAD_KEY_FILE: N_("The key file cannot be opened: wrong passphrase, or the file is damaged."),
    TrustRefusal.NO_CERTUTIL: N_(
        "The tool certutil is missing on this computer (Debian and Ubuntu: package libnss3-tools); pdfsig needs it to know the centre."
    ),
    ReportRefusal.UNREADABLE: N_("This file cannot be read as a report (PDF). It is damaged or something else."),
    ReportRefusal.UNSIGNED: N_("This report carries no signature of a station head."),
    ReportRefusal.CHANGED: N_(
        "The report was changed after it was signed in the field of the {field}. Do not rely on it; ask for the original."
    ),
    ReportRefusal.NOT_WHOLE: N_(
        "The signature in the field of the {field} does not cover the whole file: something was added afterwards. Do not rely on it."
    ),
    ReportRefusal.BAD_SIGNATURE: N_(
        "The signature in the field of the {field} does not fit the report. Do not rely on it; ask for the original."
    ),
    ReportRefusal.NOT_CANONICAL: N_(
        "The signature in the field of the {field} is not written as our program writes it; bytes were altered. Do not rely on it."
    ),
    ReportRefusal.UNKNOWN_SIGNER: N_(
        "The signature in the field of the {field} does not come from a computer enrolled with our guidance centre."
    ),
    ReportRefusal.SIGNER_REVOKED: N_(
        "The certificate that signed in the field of the {field} was withdrawn by the guidance centre."
    ),
    ReportRefusal.WRONG_SIGNER: N_("The field of the {field} was signed by someone who may not sign there."),
    ReportRefusal.NOT_CERTIFIED: N_(
        "The first signature does not lock the report against changes, as a month report's must."
    ),
    ReportRefusal.NOT_PREPARED: N_(
        "This PDF was not prepared for signing by our program: the empty field of the {field} is missing."
    ),
    ReportRefusal.ALREADY_SIGNED: N_(
        "The field of the {field} in this report is already signed. A signed report is never signed again."
    ),
}
