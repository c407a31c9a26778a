"""Commands about people, for whom no page can help: the first admin, and an admin who is locked out.

Each change is in the audit log with the user of the operating system who typed it. Passwords are read from standard
input or asked for, never taken from the command line, where every process of the machine could read them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from webapp import audit
from webapp.access import staff
from webapp.access.demo_users import ensure_demo_users
from webapp.access.grants import StaffChangeRefused
from webapp.access.permissions import Role
from webapp.access.roles import EVERY_ACCOUNT, NO_ROLE, Roles, roles_of
from webapp.core.database import release
from webapp.core.extensions import db

password_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
account_option = click.option("--account", metavar="SLUG", help="Only for this merchant account; else for every one.")
role_type = click.Choice([role.value for role in Role])
role_or_none = click.Choice([*(role.value for role in Role), NO_ROLE])


def register(app: Flask) -> None:
    """Adds the commands."""
    for command in (
        create_user,
        set_role,
        disable_user,
        enable_user,
        reset_password,
        unlock_user,
        end_sessions,
        reset_second_factor,
        list_users,
        demo_users,
    ):
        app.cli.add_command(command)


@contextmanager
def _speaking() -> Iterator[None]:
    """Binds who types, and turns what is not possible into a message and exit code 1."""
    audit.bind(audit.Who.at_terminal())
    try:
        yield
    except StaffChangeRefused as error:
        raise click.ClickException(str(error)) from None


def _change(email: str, act: Callable[[], object], done: str) -> None:
    with _speaking():
        act()
    click.echo(f"{email} {done}.")


def _known(account: str | None) -> str | None:
    accounts = current_app.extensions["accounts"]
    if account is not None and account not in accounts:
        raise click.ClickException(f"there is no account {account}; there are: {', '.join(accounts)}")
    return account


def _where(account: str | None) -> str:
    return f" on {account}" if account else ""


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


@click.command("create-user")
@click.argument("email")
@click.option("--name", required=True, help="The name that others see.")
@click.option("--role", required=True, type=role_type)
@password_option
@account_option
@click.option(
    "--must-change/--no-must-change",
    default=True,
    show_default=True,
    help="The password is valid for one day and one sign-in; then a new one must be chosen.",
)
@with_appcontext
def create_user(email: str, name: str, role: str, password_stdin: bool, account: str | None, must_change: bool) -> None:
    """Create a user, for every account or for one."""
    slug = _known(account) or EVERY_ACCOUNT
    password = _password(password_stdin)
    with _speaking():
        staff.create_user(
            email=email, name=name, role=Role(role), account=slug, password=password, must_change=must_change
        )
    click.echo(f"{email} can sign in as {role}{_where(account)}.")
    if must_change:
        click.echo("The password is valid for 24 hours and one sign-in; then they choose their own.")


@click.command("set-role")
@click.argument("email")
@click.argument("role", type=role_or_none)
@account_option
@with_appcontext
def set_role(email: str, role: str, account: str | None) -> None:
    """Change the role of a user, on every account or on one. Signs them out.

    Without --account it is their role on every account, whatever they had on single ones. With --account, the role
    `none` takes that account away from them.
    """
    slug = _known(account)
    _change(email, lambda: staff.set_role(email, role, slug), f"is {role}{_where(account)} now, and signed out")


@click.command("disable-user")
@click.argument("email")
@with_appcontext
def disable_user(email: str) -> None:
    """Disable a user, and sign them out at once."""
    _change(email, lambda: staff.disable(email), "cannot sign in any more, and is signed out")


@click.command("enable-user")
@click.argument("email")
@with_appcontext
def enable_user(email: str) -> None:
    """Enable a user again."""
    _change(email, lambda: staff.enable(email), "can sign in again")


@click.command("reset-password")
@click.argument("email")
@password_option
@with_appcontext
def reset_password(email: str, password_stdin: bool) -> None:
    """Give an initial password, good for a day. Signs the person out; they choose their own when they come in."""
    password = _password(password_stdin)
    _change(email, lambda: staff.reset_password(email, password), "has an initial password, good for 24 hours")


@click.command("unlock-user")
@click.argument("email")
@with_appcontext
def unlock_user(email: str) -> None:
    """Unlock a user who failed to sign in too often."""
    _change(email, lambda: staff.unlock(email), "can try to sign in again")


@click.command("end-sessions")
@click.argument("email")
@with_appcontext
def end_sessions(email: str) -> None:
    """End all sessions of a user."""
    with _speaking():
        count = staff.end_sessions(email)
    click.echo(f"{email} is signed out ({count} session{'' if count == 1 else 's'} ended).")


@click.command("reset-second-factor")
@click.argument("email")
@with_appcontext
def reset_second_factor(email: str) -> None:
    """Take away the second factor of a user who has lost it. Signs them out; make sure that it is them who asks."""
    _change(email, lambda: staff.reset_second_factor(email), "has no second factor any more, and is signed out")


@click.command("list-users")
@with_appcontext
def list_users() -> None:
    """List all users, with roles and state."""
    people = [(user, roles_of(db.session, user.id)) for user in staff.everybody(db.session)]
    release()
    for user, roles in people:
        state = "active" if user.active else "disabled"
        notes = [
            state,
            *(["must change password"] if user.must_change_password else []),
            *(["demo"] if user.is_demo else []),
        ]
        click.echo(f"{user.email:<40} {_listed(roles):<8} {', '.join(notes):<30} {user.name}")


def _listed(roles: Roles) -> str:
    """`viewer`, or `viewer, live: finance`, or `live: finance` where there is none for every account."""
    single = [f"{slug}: {role}" for slug, role in roles.by_account.items() if slug != EVERY_ACCOUNT]
    return ", ".join([*([roles.everywhere] if roles.everywhere else []), *single]) or NO_ROLE


@click.command("demo-users")
@with_appcontext
def demo_users() -> None:
    """Add the demo people that are missing, where every account is embedded."""
    ensure_demo_users(current_app._get_current_object())  # type: ignore[attr-defined]
