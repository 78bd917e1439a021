"""What the store may refuse, each with one sentence that says what to do."""

from enum import StrEnum

from station_app.messages import N_


class StoreRefusal(StrEnum):
    """Closed set of the store's refusals."""

    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_RECORD = "unknown_record"
    DOES_NOT_FIT = "does_not_fit"
    NEEDED = "needed"
    PROBLEM = "problem"
    STALE = "stale"
    UNDECIDED = "undecided"
    ALREADY_THERE = "already_there"
    APPEND_ONLY = "append_only"
    COMPUTED = "computed"
    NOTHING_TO_DO = "nothing_to_do"
    TOO_LARGE = "too_large"
    NOT_ALLOWED = "not_allowed"
    REMOVED = "removed"
    CANNOT_UNDO = "cannot_undo"
    UNKNOWN_ENTRY = "unknown_entry"
    WRONG_PASSWORD = "wrong_password"
    LOCKED_OUT = "locked_out"
    UNKNOWN_USER = "unknown_user"
    USER_EXISTS = "user_exists"
    WEAK_PASSWORD = "weak_password"
    PASSWORD_NEEDED = "password_needed"
    VAULT_OLDER = "vault_older"
    OPEN_ELSEWHERE = "open_elsewhere"
    NO_ESCROW = "no_escrow"
    LAST_HEAD = "last_head"
    NO_VAULT = "no_vault"
    VAULT_EXISTS = "vault_exists"
    VAULT_DAMAGED = "vault_damaged"
    NEWER_STORE = "newer_store"
    DISK = "disk"
    NO_RECIPIENT = "no_recipient"
    SECOND_NEEDED = "second_needed"
    ERASED = "erased"
    CANNOT_ERASE = "cannot_erase"
    ROLLED_BACK = "rolled_back"
    REWRITTEN = "rewritten"
    TABLES_CHANGED = "tables_changed"
    NOTHING_WRONG = "nothing_wrong"
    NOT_A_BACKUP = "not_a_backup"
    BACKUP_DAMAGED = "backup_damaged"
    BACKUP_DIFFERS = "backup_differs"
    BACKUP_OTHER_KEY = "backup_other_key"
    BACKUP_BAD = "backup_bad"
    NO_ROOM = "no_room"
    NO_BACKUP_YET = "no_backup_yet"
    PLACE_MISSING = "place_missing"
    FOLDER_TAKEN = "folder_taken"
    BUSY_BACKING_UP = "busy_backing_up"
    STOPPED = "stopped"


SENTENCES = {
    StoreRefusal.UNKNOWN_KIND: N_("There is no kind of record called “{kind}”. The command “kinds” lists them."),
    StoreRefusal.UNKNOWN_FIELD: N_("“{kind}” has no field “{field}”. The command “kinds” lists its fields."),
    StoreRefusal.UNKNOWN_RECORD: N_("No such record ({kind} {record}). It may not have arrived on this computer yet."),
    StoreRefusal.DOES_NOT_FIT: N_("“{field}” cannot take this value: {why}"),
    StoreRefusal.NEEDED: N_("Please fill in “{field}”: the record cannot be kept without it."),
    StoreRefusal.PROBLEM: N_("{sentence}"),
    StoreRefusal.STALE: N_("Someone changed “{fields}” after you opened this form. Open it again, look, and enter your change once more."),
    StoreRefusal.UNDECIDED: N_("“{field}” has two different entries. Decide between them under “Conflicts” first."),
    StoreRefusal.ALREADY_THERE: N_("A record with the same “{field}” is already there. Open that one instead of entering it again."),
    StoreRefusal.APPEND_ONLY: N_("“{kind}” is never changed once written. Enter a correcting record instead."),
    StoreRefusal.COMPUTED: N_("“{field}” is worked out by the program and cannot be typed."),
    StoreRefusal.NOTHING_TO_DO: N_("Nothing was changed, so nothing was saved."),
    StoreRefusal.TOO_LARGE: N_("This is too much for one entry ({size}). Shorten the longest text."),
    StoreRefusal.NOT_ALLOWED: N_("Your role may not do this. Ask the head of the station."),
    StoreRefusal.REMOVED: N_("This record was removed. Bring it back first if you want to change it."),
    StoreRefusal.CANNOT_UNDO: N_("This cannot be undone: {why}"),
    StoreRefusal.UNKNOWN_ENTRY: N_("There is no entry {entry} on this computer."),
    StoreRefusal.WRONG_PASSWORD: N_("The password is not right. Check Caps Lock and the input method, then try again."),
    StoreRefusal.LOCKED_OUT: N_("Too many wrong passwords. Please wait {seconds} seconds and try again."),
    StoreRefusal.UNKNOWN_USER: N_("There is no user “{name}” here. Choose a name from the list."),
    StoreRefusal.USER_EXISTS: N_("There is already a user “{name}”. Choose another name."),
    StoreRefusal.WEAK_PASSWORD: N_("Too easy to guess: at least {least} characters, and no birthday, telephone number, name with digits or well-known password."),
    StoreRefusal.PASSWORD_NEEDED: N_("The station's key was changed before {name} signed in with this version. The head gives {name} a new password."),
    StoreRefusal.VAULT_OLDER: N_("The list of users (vault.json) is an older copy than the records. Only the head can open now; put the newer file back."),
    StoreRefusal.OPEN_ELSEWHERE: N_("The station is also open in another window or program. Close it there, then try again."),
    StoreRefusal.NO_ESCROW: N_("No recovery by two people was prepared on this computer. It is prepared with “escrow” while the station is open."),
    StoreRefusal.LAST_HEAD: N_("This is the only head of the station. Make somebody else head first."),
    StoreRefusal.NO_VAULT: N_("There is no station in the folder {folder}. Create one with “init”, or choose another folder."),
    StoreRefusal.VAULT_EXISTS: N_("The folder {folder} already holds a station. Nothing was changed."),
    StoreRefusal.VAULT_DAMAGED: N_("The station's files are damaged ({part}). Nothing was changed; restore the newest backup."),
    StoreRefusal.NEWER_STORE: N_("This station was last used with a newer version of the program. Please update the program."),
    StoreRefusal.DISK: N_("The disk cannot be written ({why}). What was acknowledged before is safe; make room and try again."),
    StoreRefusal.NO_RECIPIENT: N_("“{name}” is no known recipient. Keep one with “recipient add”, or give an age recipient (age1…)."),
    StoreRefusal.SECOND_NEEDED: N_("{n} readable records that identify people leave only when a second person agrees: name another user, or encrypt or mask the file."),
    StoreRefusal.ERASED: N_("This record was erased by law. It cannot come back; if the person is served again, make a new record."),
    StoreRefusal.CANNOT_ERASE: N_("Records of the kind “{kind}” cannot be erased: signed reports, rules and the register of erasures are proof for others."),
    StoreRefusal.ROLLED_BACK: N_("This is an older state of the station: it ends at entry {here}, this computer knows it up to entry {known}. It opens for reading only. Put the newer files back, or let the head continue as a new device."),
    StoreRefusal.REWRITTEN: N_("The journal is not the one this computer knows: entry {at} was taken out or replaced. It opens for reading only. Put the right files back, or let the head continue as a new device."),
    StoreRefusal.TABLES_CHANGED: N_("{n} rows are not what the journal says: part of the file was replaced by an older copy. Reading is possible; before anything is written the head repairs them with “check --repair”."),
    StoreRefusal.NOTHING_WRONG: N_("Nothing is wrong with this station's files, so nothing was changed."),
    StoreRefusal.NOT_A_BACKUP: N_("“{file}” is no backup of this program, or is not there. Choose a file ending in .station-backup."),
    StoreRefusal.BACKUP_DAMAGED: N_("The backup “{file}” is damaged or was changed, and is not used. Take another one; nothing was changed."),
    StoreRefusal.BACKUP_DIFFERS: N_("In the backup “{file}” {n} rows are not what its journal says, so it is not used. Take another one; nothing was changed."),
    StoreRefusal.BACKUP_OTHER_KEY: N_("The backup “{file}” was made by another station, or before this station's key was renewed. “restore” opens it with a password of that time."),
    StoreRefusal.BACKUP_BAD: N_("The backup did not prove good when it was read again, and was deleted ({why}). The earlier ones are untouched: try again, at another place if it happens twice."),
    StoreRefusal.NO_ROOM: N_("There is not enough room at {place}: {needed} MB are needed, {free} MB are free. Make room or choose another place."),
    StoreRefusal.NO_BACKUP_YET: N_("There is no backup at the place for backups yet. Make one first."),
    StoreRefusal.PLACE_MISSING: N_("The place for backups, {place}, is not there. Put the stick or disk in, or choose another place."),
    StoreRefusal.FOLDER_TAKEN: N_("The folder {folder} already holds files. Choose an empty one, or say --replace: the old folder is then kept under another name."),
    StoreRefusal.BUSY_BACKING_UP: N_("A backup or a restore drill is under way already. Wait until it is done."),
    StoreRefusal.STOPPED: N_("Stopped. Nothing was changed."),
}  # fmt: skip
