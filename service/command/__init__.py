"""The command `alur`, for operators: Indonesian, plain text, exit code 0 only when it worked."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType

import click

from process.errors import AlurError, InvalidData
from service import VERSION
from service.command import archives, audit, calendars, exporting, instances, people, processes, server
from service.command.common import Group, Problem, in_indonesian, lines_of, why
from service.settings import SettingsError

EXIT_ERROR, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


@click.group(cls=Group)
@click.version_option(VERSION, "--version", message="alur %(version)s", help="Tampilkan versi.")
def alur() -> None:
    """Alur menjalankan SOP kantor: diagram, formulir, batas waktu, dan jejak audit.

    Pengaturan dibaca dari variabel ALUR_* (lihat: alur serve --help).

    \b
    Contoh:
      alur serve                                   jalankan layanan
      alur user add kabag.umum --nama "Kepala Bagian Umum"
      alur process publish sop.bpmn --unit PRK     berlakukan diagram
      alur demo                                    peragakan satu triwulan
    """


def main(args: Sequence[str] | None = None, *, standalone_mode: bool = True) -> None:
    """Run the command. Every error becomes one clear line on stderr and an exit code; never a traceback. When it is
    told to end or its terminal is gone, it cleans up as after Ctrl+C."""
    for one in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(one) is signal.SIG_DFL:  # under nohup a terminal that is gone means nothing
            signal.signal(one, _stop)
    code = run(args)
    if standalone_mode or code:
        sys.exit(code)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(args: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    try:
        result = alur.main(args=list(args) if args is not None else None, prog_name="alur", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        return _say("dihentikan.", EXIT_INTERRUPTED)
    except BrokenPipeError:
        return _broken_pipe()
    except click.ClickException as error:
        return _say(in_indonesian(error), EXIT_USAGE if isinstance(error, click.UsageError) else EXIT_ERROR)
    except Problem as error:
        return _say(str(error), error.code)
    except SettingsError as error:
        return _say(str(error), EXIT_USAGE)
    except InvalidData as error:
        return _say("\nalur: ".join(lines_of(error)), EXIT_ERROR)
    except AlurError as error:
        return _say(str(error), EXIT_ERROR)
    except OSError as error:
        return _say(why(error), EXIT_ERROR)
    except Exception as error:  # the last line of defence: an operator gets a sentence, the details go to a file
        return _say(_unexpected(error), EXIT_ERROR)


def _say(message: str, code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _broken_pipe()
    except OSError:  # the disk that it goes to is full
        _drop_output()
    try:
        print(f"alur: {message}", file=sys.stderr, flush=True)
    except BrokenPipeError:
        return _broken_pipe()
    return code


def _broken_pipe() -> int:
    """Whoever read our output has gone (`alur … | head`): leave quietly."""
    _drop_output()
    return EXIT_ERROR


def _drop_output() -> None:
    """What is still to be written goes nowhere, else Python complains of it at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - lives as long as the process


def _unexpected(error: Exception) -> str:
    summary = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    folder = os.environ.get("ALUR_DATA_DIR") or "var"
    path = os.path.join(folder, "galat.log")
    try:
        with open(path, "a", encoding="utf-8") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return f"galat tak terduga ({summary})."
    return f"galat tak terduga ({summary}); rinciannya di {path}."


audit.audit.add_command(exporting.export)
for command in (
    server.serve,
    server.db,
    people.user,
    people.unit,
    people.position,
    calendars.calendar,
    processes.process,
    instances.instance,
    instances.task,
    audit.audit,
    archives.archive,
    server.demo,
):
    alur.add_command(command)
