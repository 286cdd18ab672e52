"""What all commands share: help in Indonesian, the office, who acts, tables in plain text, files and dates."""

from __future__ import annotations

import errno
import getpass
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from process.errors import AlurError, InvalidData
from process.model import ADMINISTRATOR, PENGELOLA, Actor
from service.settings import Settings

if TYPE_CHECKING:
    from process.office import Office

MAX_FILE = 20_000_000
_REASONS = {
    errno.ENOENT: "tidak ada",
    errno.EACCES: "tidak boleh dibaca atau ditulis",
    errno.EPERM: "tidak boleh dibaca atau ditulis",
    errno.EISDIR: "adalah folder, bukan berkas",
    errno.ENOTDIR: "bukan folder",
    errno.ENOSPC: "tidak dapat ditulis: ruang penyimpanan penuh",
    errno.EROFS: "tidak dapat ditulis: penyimpanan hanya dapat dibaca",
}


class Problem(Exception):
    """What went wrong, as one Indonesian sentence for the operator; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


# -- help -----------------------------------------------------------------------------------------------------------


# Every option has an Indonesian name, which help names first, and an English one, which means the same.
ENGLISH = {
    "--akun": "--account", "--aktifkan": "--enable", "--alasan": "--reason", "--catatan": "--note",
    "--dasar": "--basis",
    "--formulir": "--form", "--induk": "--parent", "--jenis": "--type", "--kalender": "--calendar", "--kata": "--word",
    "--keadaan": "--state", "--keluaran": "--output", "--kode": "--code", "--kop": "--letterhead", "--mulai": "--from",
    "--nama": "--name", "--nama-jabatan": "--title", "--pegawai": "--person", "--pelaksanaan": "--instance",
    "--peran": "--role", "--peran-sistem": "--system-role", "--peristiwa": "--event", "--pratinjau": "--preview",
    "--proses": "--process", "--sampai": "--until", "--sandi": "--password", "--segel": "--anchor",
    "--sejak": "--since",
    "--semua": "--all", "--tahun": "--year", "--tanpa-berkas": "--no-files", "--terapkan": "--apply",
    "--terlambat": "--late", "--tetap": "--permanent", "--timpa": "--force", "--ya": "--yes",
}  # fmt: skip


class Command(click.Command):
    """A command whose help is Indonesian throughout, and whose options go by both their names."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for option in self.params:
            if isinstance(option, click.Option):
                option.opts += [ENGLISH[name] for name in option.opts if name in ENGLISH]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Pemakaian: ")

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        words = {"[OPTIONS]": "[OPSI]", "COMMAND [ARGS]...": "PERINTAH …"}
        return [words.get(piece, piece) for piece in super().collect_usage_pieces(ctx)]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Tampilkan bantuan ini."
        return option

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [
            parameter.get_help_record(ctx)
            for parameter in self.get_params(ctx)
            if not isinstance(parameter, click.Argument)
        ]
        rows = [
            (
                record[0].replace(" TEXT", " TEKS").replace(" INTEGER", " ANGKA"),
                record[1].replace("[required]", "[wajib]").replace("[default:", "[bawaan:"),
            )
            for record in records
            if record
        ]
        if rows:
            with formatter.section("Opsi"):
                formatter.write_dl(rows)


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        Command.format_options(self, ctx, formatter)
        commands = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        with formatter.section("Perintah"):
            formatter.write_dl([(name, command.get_short_help_str(200)) for name, command in commands])


Group.group_class = Group


def in_indonesian(error: click.ClickException) -> str:
    """One line for a mistake in how a command was typed."""
    if isinstance(error, click.NoSuchOption):
        text = f"opsi {error.option_name} tidak dikenal."
    elif isinstance(error, click.exceptions.NoSuchCommand):
        text = f"perintah “{error.command_name}” tidak dikenal."
    elif isinstance(error, click.MissingParameter):
        text = f"{_parameter(error)} wajib diisi."
    elif isinstance(error, click.BadParameter):
        text = f"nilai {_parameter(error)} tidak sah: {_expected(error)}"
    elif isinstance(error, click.BadOptionUsage):
        takes = "tidak menerima" if "not take" in error.message else "memerlukan"
        text = f"opsi {error.option_name} {takes} nilai."
    elif isinstance(error, click.UsageError) and "unexpected extra argument" in error.message:
        text = "terlalu banyak isian: " + error.message.split("(", 1)[-1].rstrip(")")
    else:
        text = error.format_message()
    context = getattr(error, "ctx", None)
    return " ".join((f"{text} Lihat: {context.command_path} --help." if context else text).split())


def _parameter(error: click.BadParameter) -> str:
    if error.param is None:
        return str(error.param_hint or "isian")
    return error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name


def _expected(error: click.BadParameter) -> str:
    kind = error.param.type if error.param else None
    if isinstance(kind, click.Choice):
        return f"gunakan {', '.join(str(choice) for choice in kind.choices)}."
    if isinstance(kind, click.types.IntParamType):
        return "harus bilangan bulat."
    return error.message


# -- types ----------------------------------------------------------------------------------------------------------


class Date(click.ParamType):
    """A date, written 2026-12-31 or 31/12/2026."""

    name = "tanggal"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
            try:
                return datetime.strptime(str(value), pattern).date()  # noqa: DTZ007 - a date has no zone
            except ValueError:
                continue
        raise click.BadParameter(f"“{value}” bukan tanggal; tulis seperti 2026-12-31.", ctx, param)


class Source(click.ParamType):
    """A file to read: converts to (name, bytes). `-` is standard input."""

    name = "berkas"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, bytes]:
        if isinstance(value, tuple):
            return value
        try:
            if value == "-":
                content = sys.stdin.buffer.read(MAX_FILE + 1)
            else:
                with open(value, "rb") as file:
                    content = file.read(MAX_FILE + 1)
        except OSError as error:
            raise Problem(why(error, value)) from error
        if len(content) > MAX_FILE:
            raise Problem(f"berkas {value} melebihi {MAX_FILE // 1_000_000} MB.")
        return Path(value).name, content


def why(error: OSError, name: str | None = None) -> str:
    """An operating system's error as a sentence."""
    subject = f"berkas {name or error.filename}" if name or error.filename else "operasi berkas"
    return f"{subject} {_REASONS.get(error.errno or 0, f'tidak dapat dipakai: {error.strerror or error}')}."


# -- the office -----------------------------------------------------------------------------------------------------


def settings() -> Settings:
    """The settings of this run; raises SettingsError."""
    return Settings.read(os.environ)


@contextmanager
def opened(given: Settings | None = None, **more: Any) -> Iterator[Office]:
    """The office of the settings, closed afterwards. Raises Problem when its database cannot be opened."""
    from process.office import Office

    given = given or settings()
    try:
        given.data_dir.mkdir(parents=True, exist_ok=True)
        office = Office.open(
            given.database_url,
            given.data_dir,
            max_upload_bytes=given.max_upload_bytes,
            max_export_bytes=given.max_export_bytes,
            session_hours=given.session_hours,
            idle_minutes=given.idle_minutes,
            **more,
        )
    except OSError as error:
        raise Problem(why(error, str(given.data_dir))) from error
    except (AlurError, MemoryError):
        raise
    except Exception as error:
        detail = " ".join(str(error).split())[:200]
        raise Problem(f"basis data tidak dapat dibuka: {detail}") from error
    try:
        yield office
    finally:
        office.close()


def operator() -> Actor:
    """Who types the command: the user of the operating system, who can reach the database anyway."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = str(os.getuid())
    roles = frozenset({ADMINISTRATOR, PENGELOLA})
    return Actor(None, f"{name} (perintah)", system_roles=roles, source="command", request_id=secrets.token_hex(8))


def new_password(given: str | None) -> str:
    """A password from standard input (`-`) or asked for twice; never an argument, which others can read."""
    if given == "-" or not sys.stdin.isatty():
        text = sys.stdin.readline(1000).rstrip("\r\n")
        if not text:
            raise Problem("kata sandi tidak diberikan pada masukan baku.")
        return text
    first = getpass.getpass("Kata sandi: ")
    if first != getpass.getpass("Ulangi kata sandi: "):
        raise Problem("kata sandi dan ulangannya tidak sama.")
    return first


# -- output ---------------------------------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """A table in plain text; the `empty` sentence when there is no row."""
    if not rows:
        click.echo(empty)
        return
    texts = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(line[column]) for line in [list(heads), *texts]) for column in range(len(heads))]
    for line in [list(heads), ["-" * width for width in widths], *texts]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def plain(value: object) -> str:
    """A cell: one line without control characters."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, datetime):
        from process.calendar import ZONES

        return f"{value.astimezone(ZONES['Asia/Jakarta']):%Y-%m-%d %H.%M} WIB"
    return "".join(c if c.isprintable() else " " for c in str(value))


def lines_of(error: InvalidData) -> list[str]:
    """The errors of a file or form, one sentence each, with the row where there is one."""
    lines = []
    for one in error.errors:
        row = next((part for part in one.path if isinstance(part, int)), None)
        lines.append(f"baris {row}: {one.message}" if row is not None else one.message)
    return lines or [str(error)]


def new_file(output: str, *, force: bool) -> Path:
    """Where the file shall be, when it may be there: said before anything is read."""
    target = Path(output)
    if target.is_dir():
        raise Problem(f"{output} adalah folder; sebutkan nama berkasnya.")
    if not target.parent.is_dir():
        raise Problem(f"folder {target.parent} tidak ada.")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise Problem(f"folder {target.parent} tidak boleh ditulis.")
    if os.path.lexists(target):
        if not target.is_file():
            raise Problem(f"{output} bukan berkas biasa.")
        if not force:
            raise Problem(f"berkas {output} sudah ada; pilih nama lain, atau timpa dengan --force.")
    return target
