"""The restore drill of README.md, word by word, and what `restore` refuses."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import PEOPLE, make_settings
from webapp import create_app
from webapp.access.demo_users import DEMO_PEOPLE
from webapp.core.settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET, ROOT
from webapp.ops.processes import is_free

from .tree import Process, Tree

BEFORE, AFTER = "before@demo.example", "after@demo.example"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path, WEB_WORKERS=1)


@pytest.fixture
def database(tree: Tree) -> Path:
    return tree.folder / "var" / "desk.sqlite3"


def drill() -> list[list[str]]:
    """The commands that README.md tells to type, each without the `flask --app webapp` it begins with."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("**Restore drill.**")[2]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block is not None
    commands = [shlex.split(line, comments=True) for line in block[1].splitlines()]
    assert all(command[:3] == ["flask", "--app", "webapp"] for command in commands)
    return [command[3:] for command in commands]


def run(tree: Tree, *arguments: str) -> tuple[int, str]:
    with tree.flask(*arguments) as process:
        return process.end(), process.output


def join(database: Path, email: str) -> None:
    """Somebody more, written beside the desk that runs: a command for each would only start Python once more."""
    with closing(sqlite3.connect(database)) as opened, opened:
        columns = [name for _, name, *_ in opened.execute('PRAGMA table_info("user")') if name not in ("id", "email")]
        copied = ", ".join(f'"{name}"' for name in columns)
        opened.execute(f'INSERT INTO "user" (email, {copied}) SELECT ?, {copied} FROM "user" LIMIT 1', [email])


def people(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {email for (email,) in opened.execute('SELECT email FROM "user"')}


def newest_restore(path: Path) -> str | None:
    """The facts of the entry that says that it was put back."""
    with closing(sqlite3.connect(path)) as opened:
        query = "SELECT after FROM audit_entry WHERE event = 'desk.restored' ORDER BY seq DESC LIMIT 1"
        return next((str(after) for (after,) in opened.execute(query)), None)


def kill(process: Process) -> None:
    """Everything at once, as when the machine loses its power."""
    pids = [process.popen.pid]
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            pids += map(int, (task / "children").read_text(encoding="ascii").split())
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    process.end()


@pytest.fixture
def provider(tree: Tree) -> Iterator[None]:
    """The emulator that `up` had started, and that the desk needs again."""
    arguments = ["--port", str(tree.sandbox_port), "--orders", "30", "--seed", "1"]
    arguments += ["--credentials", f"{EMBEDDED_MERCHANT}:{EMBEDDED_SECRET}"]
    with tree.start("webapp.emulators.postpay", *arguments) as process:
        process.until(lambda: tree.get("/", tree.sandbox_port)[0])
        yield


@pytest.mark.timeout(300)
@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
@pytest.mark.requirement("R65")
def test_the_drill_of_the_readme(
    tree: Tree, database: Path, killed: bool, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite3"
    with tree.flask("up") as desk:
        desk.until(lambda: "Ctrl-C stops everything" in desk.output)
        join(database, BEFORE)
        assert tree.command("backup", str(copy))[0] == 0
        join(database, AFTER)
        code, said = tree.command("restore", str(copy))
        assert (code, "Stop web and worker first" in said) == (1, True)
        kill(desk) if killed else desk.stop()
    log = database.with_name("desk.sqlite3-wal")
    assert log.exists() == killed, "what a killed desk leaves behind would be played into the copy"
    request.getfixturevalue("provider")
    said = {}
    act = tree.command if killed else partial(run, tree)  # as they are typed once, and then what they do
    for command in drill():
        code, said[command[0]] = act(*(str(copy) if word == "FILE" else word for word in command))
        assert code == 0, said[command[0]]
    assert "now holds" in said["restore"]
    if not killed:
        assert_what_is_missing_is_told(database, said)
    assert re.search(r"entries and \d+ anchors hold, up to entry \d+", said["audit"]), said["audit"]
    assert "orders compared" in said["reconcile"]
    everybody = {person.email for person in DEMO_PEOPLE}
    assert people(database) == everybody | {BEFORE}
    assert database.stat().st_mode & 0o777 == 0o600
    (kept,) = database.parent.glob("desk.sqlite3.before-*Z")
    assert kept.with_name(f"{kept.name}-wal").exists() == killed
    assert people(kept) == everybody | {BEFORE, AFTER}, "the database before is whole, with what only its log holds"
    with tree.flask("serve") as again:
        again.until(lambda: tree.get("/readyz")[0] == 200)
    code, words = tree.command("audit", "verify")
    assert code == 0, words


def assert_what_is_missing_is_told(database: Path, said: dict[str, str]) -> None:
    """Of a desk that ended of itself, and wrote so: by the command, by the log, by its anchors, by each check."""
    last = int(re.findall(r"everything up to audit entry (\d+)", said["restore"])[0])
    (kept,) = database.parent.glob("desk.sqlite3.before-*Z")
    with closing(sqlite3.connect(f"file:{kept}?immutable=1", uri=True)) as before:
        (lost,) = before.execute("SELECT max(seq) FROM audit_entry").fetchone()
    assert f"Epoch 2 of the audit log has begun. Entries {last + 1:,}–{lost:,} of the log before" in said["restore"]
    assert f"GAP: Entries {last + 1:,}–{lost:,} are missing since" in said["audit"]
    anchors = [json.loads(line) for line in database.with_name("audit-anchors.jsonl").read_text().splitlines()]
    assert max(one["seq"] for one in anchors if one["epoch"] == 1) == lost, "what proves the lost ones stays"
    assert [(one["missing_from"], one["missing_to"]) for one in anchors if one["epoch"] == 2][:1] == [(last + 1, lost)]


@pytest.fixture
def made(database: Path, migrated_database: Path, tmp_path: Path) -> Path:
    """A copy of the database, which somebody has joined since."""
    copy = tmp_path / "copy.sqlite3"
    database.parent.mkdir()
    for path in (database, copy):
        shutil.copy(migrated_database, path)
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute('UPDATE "user" SET email = ? WHERE id = 1', [AFTER])
    return copy


def refused(act: Callable[..., tuple[int, str]], database: Path, path: Path, words: str) -> None:
    code, said = act("restore", str(path))
    assert code == 1
    assert words in said
    assert "Traceback" not in said
    assert AFTER in people(database)
    assert not list(database.parent.glob("desk.sqlite3.*")), "nothing half-done is left"


def test_nothing_is_put_in_the_place_of_a_database_that_somebody_has_open(
    tree: Tree, database: Path, made: Path
) -> None:
    with closing(sqlite3.connect(database)) as somebody:
        somebody.execute('SELECT * FROM "user"').fetchall()
        refused(partial(run, tree), database, made, "is in use")  # a process does not lock itself out
    assert tree.command("restore", str(made))[0] == 0
    assert AFTER not in people(database)


def test_nothing_is_put_in_the_place_of_a_database_that_a_worker_works_on(
    tree: Tree, database: Path, made: Path
) -> None:
    with tree.flask("work") as worker:
        worker.until(lambda: "desk.started" in _events(database))
        refused(tree.command, database, made, "is in use")


def test_nothing_is_put_in_place_while_a_desk_that_nobody_has_asked_yet_waits(
    tree: Tree, database: Path, made: Path
) -> None:
    with tree.flask("serve") as web:
        web.until(lambda: not is_free("127.0.0.1", tree.port))
        refused(tree.command, database, made, f"something listens on port {tree.port}")


def _events(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as opened:
        return [event for (event,) in opened.execute("SELECT event FROM audit_entry")]


def test_only_a_whole_copy_of_a_known_schema_is_put_in_place(
    tree: Tree, database: Path, made: Path, tmp_path: Path
) -> None:
    text = tmp_path / "text"
    text.write_text("no database, but long enough to be looked at " * 30, encoding="ascii")
    refused(tree.command, database, text, "is no database of the desk")
    refused(tree.command, database, database, "is the database itself")
    torn = tmp_path / "torn.sqlite3"
    torn.write_bytes(made.read_bytes()[: made.stat().st_size // 2])
    refused(tree.command, database, torn, "torn.sqlite3 is ")
    newer = tmp_path / "newer.sqlite3"
    newer.write_bytes(made.read_bytes())
    with closing(sqlite3.connect(newer)) as opened, opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    refused(tree.command, database, newer, "has a schema that this version does not know: 9999")
    raw = tmp_path / "raw.sqlite3"
    raw.write_bytes(made.read_bytes())
    raw.with_name("raw.sqlite3-wal").write_bytes(b"what was committed last")
    refused(tree.command, database, raw, "was not made by `backup`: raw.sqlite3-wal belongs to it")


@pytest.mark.parametrize("content", [b"", b"torn " * 5000], ids=["gone", "damaged"])
def test_a_database_that_is_gone_or_damaged_is_replaced_and_what_is_left_of_it_kept(
    tree: Tree, database: Path, made: Path, content: bytes
) -> None:
    database.write_bytes(content)
    database.with_name("desk.sqlite3-wal").write_bytes(b"left over")
    code, said = tree.command("restore", str(made))
    assert code == 0, said
    assert AFTER not in people(database)
    assert "entries may be missing that no anchor knows" in (newest_restore(database) or "")
    left = {path.name.partition("Z")[2]: path.read_bytes() for path in database.parent.glob("desk.sqlite3.before-*")}
    assert left == {"": content, "-wal": b"left over"}


def test_a_restore_that_loses_no_entry_is_on_record_too(tree: Tree, database: Path, made: Path) -> None:
    shutil.copyfile(made, database)
    code, said = tree.command("restore", str(made))
    assert (code, "may be missing" in said) == (0, False), said
    assert "cause" not in (newest_restore(database) or "cause")


def test_on_a_new_machine_the_copy_is_simply_put_in_place(made: Path, tmp_path: Path) -> None:
    new = Tree(tmp_path / "new")
    code, said = new.command("restore", str(made))
    assert (code, "is kept as" in said) == (0, False), said
    assert len(people(new.folder / "var" / "desk.sqlite3")) == len(PEOPLE)


def test_for_postgresql_it_says_what_to_do(postgresql_url: str, tmp_path: Path) -> None:
    app = create_app(make_settings("http://127.0.0.1:1", postgresql_url, tmp_path))
    (tmp_path / "dump").write_bytes(b"")
    done = app.test_cli_runner().invoke(args=["restore", str(tmp_path / "dump")])
    assert done.exit_code == 1
    assert "pg_restore" in done.output
