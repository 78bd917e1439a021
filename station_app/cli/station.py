"""Commands about the station as a whole: init, users, kinds."""

import argparse
import getpass
from pathlib import Path
from typing import Any

from station_app.cli.commands import Command, Context, Result, UsageError, ok, read_secret
from station_app.messages import N_, Refused, _
from station_app.store.roles import ACTION_TITLES, ALLOWED, Action, Role
from station_app.store.vault import User


def _init_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--station", required=True, metavar="NAME", help=_("the station's name"))
    parser.add_argument("--division", required=True, metavar="CODE9", help=_("the township's division code, 9 digits"))
    parser.add_argument(
        "--number", default="01", metavar="NN", help=_("the station's number in the township, two digits")
    )
    parser.add_argument("--admin", required=True, metavar="NAME", help=_("the station head's name"))


def _init(context: Context) -> Result:
    from station_app.compose import create_station

    words = context.words
    if not (len(words.division) == 9 and words.division.isdigit()):
        raise UsageError(_("The division code has 9 digits, for example 150602101."))
    if not (len(words.number) == 2 and words.number.isdigit()):
        raise UsageError(_("The station's number has two digits, for example 01."))
    made = ok(
        create_station(
            context.data, words.station, words.division, words.number, words.admin, context.password(words.admin)
        )
    )
    try:
        store = made.station.store
        document = {"station": store.station, "device": store.device, "recovery_sheet": str(made.recovery_sheet)}
    finally:
        made.station.close()
    return Result(
        document,
        (
            _("The station {station} was created in {folder}.", station=store.station, folder=context.data),
            _("Print the recovery sheet {file}, lock it away, then delete the file.", file=made.recovery_sheet),
        ),
    )


def _users_result(users: list[User]) -> Result:
    document = {"users": [{"name": u.name, "role": u.role, "active": u.active} for u in users]}
    titles = {r.value: _(r.label) for r in Role}
    lines = tuple(
        f"{u.name}  {titles.get(u.role, u.role)}  {_('active') if u.active else _('disabled')}" for u in users
    )
    return Result(document, lines)


def _user_list(context: Context) -> Result:
    from station_app.store.vault import Vault

    return _users_result(ok(Vault.load(context.data)).users())


def _name_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help=_("the user's name"))


def _new_password_words(parser: argparse.ArgumentParser) -> None:
    _name_words(parser)
    parser.add_argument(
        "--new-password-file", metavar="FILE", help=_("a file whose first line is the new password; default: asked")
    )


def _add_words(parser: argparse.ArgumentParser) -> None:
    _new_password_words(parser)
    parser.add_argument("--role", required=True, choices=[r.value for r in Role], help=_("what the user may do"))


def _new_password(context: Context, who: str) -> str:
    if context.words.new_password_file:
        return read_secret(Path(context.words.new_password_file))
    if context.words.password_file:
        return read_secret(Path(context.words.password_file))
    first = getpass.getpass(_("New password of {name}: ", name=who))
    if first != getpass.getpass(_("The same once more: ")):
        raise UsageError(_("The two passwords are not the same."))
    return first


def _user_add(context: Context) -> Result:
    from station_app.compose import add_user

    with context.station() as station:
        words = context.words
        ok(add_user(station, words.name, words.role, _new_password(context, words.name)))
        return _users_result(station.vault.users())


def _user_disable(context: Context) -> Result:
    from station_app.compose import disable_user

    with context.station() as station:
        done = ok(disable_user(station, context.words.name))
        result = _users_result(station.vault.users())
        changed = done.waits is None
        line = (
            _("The station's key was changed: no copy {name} may have opens anything newer.", name=done.user.name)
            if changed
            else _(
                "{name} is disabled, but the key is not changed yet: {why}", name=done.user.name, why=done.waits.message
            )
        )
        return Result({**result.document, "key_changed": changed}, (*result.lines, line))


def _role_words(parser: argparse.ArgumentParser) -> None:
    _name_words(parser)
    parser.add_argument("--role", required=True, choices=[r.value for r in Role], help=_("what the user may do"))


def _user_role(context: Context) -> Result:
    from station_app.compose import set_role

    with context.station() as station:
        ok(set_role(station, context.words.name, context.words.role))
        return _users_result(station.vault.users())


def _user_rotate(context: Context) -> Result:
    from station_app.compose import change_key

    with context.station() as station:
        refused = change_key(station)
        if refused is not None:
            raise Refused(refused)
        return Result(
            {"key_changed": True},
            (
                _("The station's key was changed. Passwords and the recovery sheet stay as they are."),
                _("Copies of the files made before open with the passwords of that day, and show what they held then."),
            ),
        )


def _user_sheet(context: Context) -> Result:
    from station_app.compose import renew_sheet

    with context.station() as station:
        sheet = ok(renew_sheet(station))
    line = _("The old sheet is void. Print {file}, lock it away, then delete the file.", file=sheet)
    return Result({"recovery_sheet": str(sheet)}, (line,))


def _user_attempts(context: Context) -> Result:
    from station_app.compose import failed_attempts

    with context.station() as station:
        rows = ok(failed_attempts(station, seen=True))
    titles = {"": _("a name nobody has"), "recovery": _("recovery sheet"), "escrow": _("second sheet")}
    return Result(
        {"attempts": [{"at": row.at.isoformat(), "whose": row.whose, "seen": row.seen} for row in rows]},
        tuple(f"{row.at:%Y-%m-%d %H:%M}  {titles.get(row.whose, row.whose)}" for row in rows)
        or (_("Nobody has tried to open the station with a wrong password."),),
    )


def _roles(_context: Context) -> Result:
    document = {
        "roles": [
            {"role": role.value, "title": _(role.label), "may": sorted(action.value for action in ALLOWED[role])} for role in Role
        ],
        "actions": {action.value: _(title) for action, title in ACTION_TITLES.items()},
    }  # fmt: skip
    lines = [
        _("{role} may: {actions}", role=_(role.label), actions="、".join(_(ACTION_TITLES[a]) for a in Action if a in ALLOWED[role]))
        for role in Role
    ]  # fmt: skip
    return Result(
        document, (*lines, _("Everyone may look at lists and records; id numbers, telephones and health stay masked."))
    )


def _user_password(context: Context) -> Result:
    from station_app.compose import set_password

    with context.station() as station:
        ok(set_password(station, context.words.name, _new_password(context, context.words.name)))
        return _users_result(station.vault.users())


def _recover_words(parser: argparse.ArgumentParser) -> None:
    _new_password_words(parser)
    parser.add_argument(
        "--code-file", metavar="FILE", help=_("a file whose first line is the recovery code; default: asked")
    )


def _user_recover(context: Context) -> Result:
    from station_app.compose import recover_station

    words = context.words
    code = read_secret(Path(words.code_file)) if words.code_file else getpass.getpass(_("Code of the recovery sheet: "))
    sheet = ok(recover_station(context.data, code, words.name, _new_password(context, words.name)))
    return Result(
        {"name": words.name, "recovery_sheet": str(sheet)},
        (
            _(
                "The new password holds. The old sheet is void: print {file}, lock it away, then delete the file.",
                file=sheet,
            ),
        ),
    )


def _kinds(context: Context) -> Result:
    from station_app.kinds import KINDS

    kinds: list[dict[str, Any]] = []
    for declared in KINDS.classes():
        fields = [
            {
                "name": f.name, "title": _(f.title), "meaning": f.meaning.name, "required": f.needed or f.required,
                "needed": f.needed, "private": f.private, "computed": f.computed, "refers_to": f.target,
                "codes": {code: _(title) for code, title in f.code_titles.items()} or None,
            }
            for f in declared.fields.values()
        ]  # fmt: skip
        kinds.append(
            {
                "kind": declared.kind_name,
                "title": declared.titled(),
                "section": declared.section,
                "merge": declared.merge,
                "fields": fields,
            }
        )
    lines = tuple(
        f"{k['kind']}  {k['title']}: " + "、".join(f"{f['name']} {f['title']}" for f in k["fields"]) for k in kinds
    )
    return Result({"kinds": kinds}, lines)


COMMANDS = (
    Command(
        ("init",), N_("Create a new, encrypted station in a folder."),
        "station-app --data 罕台镇 init --station 罕台镇社工站 --division 150602101 --admin 乔站长", _init, _init_words,
    ),
    Command(
        ("user", "add"), N_("Add a user (head only)."),
        "station-app --data 罕台镇 user add 王社工 --role worker", _user_add, _add_words,
    ),
    Command(("user", "list"), N_("List the users."), "station-app --data 罕台镇 user list", _user_list),
    Command(
        ("user", "disable"), N_("Take a user's way in away (head only)."),
        "station-app --data 罕台镇 user disable 王社工", _user_disable, _name_words,
    ),
    Command(
        ("user", "role"), N_("Give a user another role (head only)."),
        "station-app --data 罕台镇 user role 王社工 --role coordinator", _user_role, _role_words,
    ),
    Command(
        ("user", "rotate"), N_("Change the station's key, when a password or a copy got away (head only)."),
        "station-app --data 罕台镇 user rotate", _user_rotate,
    ),
    Command(
        ("user", "sheet"), N_("Write a new recovery sheet, when the old one was seen, copied or lost (head only)."),
        "station-app --data 罕台镇 user sheet", _user_sheet,
    ),
    Command(
        ("user", "attempts"), N_("Show failed attempts to open the station (head only)."),
        "station-app --data 罕台镇 user attempts", _user_attempts,
    ),
    Command(("roles",), N_("Show what each role may do."), "station-app roles", _roles),
    Command(
        ("user", "password"), N_("Give a user a new password."),
        "station-app --data 罕台镇 user password 王社工", _user_password, _new_password_words,
    ),
    Command(
        ("user", "recover"), N_("Give a user a new password by the recovery sheet."),
        "station-app --data 罕台镇 user recover 乔站长", _user_recover, _recover_words,
    ),
    Command(("kinds",), N_("List the kinds of records and their fields."), "station-app --json kinds", _kinds),
)  # fmt: skip
