"""`alur audit export`: the record, or part of it, into a file."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from process.errors import StorageFull
from service.command.common import Command, Problem, new_file, opened, operator, why

if TYPE_CHECKING:
    from process.export_rows import Made
    from process.office import Office
    from process.selection import Selection
    from service.exporting import Format
    from service.exporting.source import Source

# How an option is called where the pages' addresses have the same.
OPTIONS = {
    "dari": "--sejak", "sampai": "--sampai", "pelaksanaan": "--pelaksanaan", "proses": "--proses", "unit": "--unit",
    "pegawai": "--pegawai", "jenis": "--jenis", "kata": "--kata",
}  # fmt: skip


@click.command("export", cls=Command)
@click.option("--format", "format_", required=True, help="csv, xlsx, jsonl, pdf, xes, atau ocel.")
@click.option("--sejak", "since", help="Tanggal pertama (WIB), misalnya 2026-07-01.")
@click.option("--sampai", "until", help="Tanggal terakhir (WIB), termasuk hari itu.")
@click.option("--pelaksanaan", "instance", help="Hanya pelaksanaan ini.")
@click.option("--proses", "process", help="Hanya proses ini.")
@click.option("--unit", help="Hanya unit kerja ini (kode).")
@click.option("--pegawai", "person", help="Hanya yang dilakukan pegawai ini (nama akun).")
@click.option("--jenis", "types", multiple=True, help="Hanya jenis peristiwa ini; dapat diulang.")
@click.option("--kata", "word", help="Hanya yang memuat kata-kata ini; perlu --sejak atau --pelaksanaan.")
@click.option("--bom", is_flag=True, help="CSV dengan tanda urutan bita, untuk Excel.")
@click.option("--keluaran", "output", required=True, help="Berkas tujuan; - untuk keluaran baku.")
@click.option("--timpa", "force", is_flag=True, help="Timpa berkas tujuan yang sudah ada.")
def export(format_: str, output: str, bom: bool, force: bool, types: tuple[str, ...], **filters: str | None) -> None:
    """Ekspor jejak audit ke satu berkas; pembuatannya sendiri tercatat.

    \b
    Contoh:
      alur audit export --format csv --sejak 2026-07-01 --sampai 2026-09-30 --keluaran triwulan-3.csv
      alur audit export --format jsonl --pelaksanaan ab2c3d4e5f6g7h2i --keluaran jejak.jsonl
      alur audit export --format csv --jenis task.returned --keluaran - | less
    """
    from service.exporting.source import Source
    from service.exporting.writing import file_name, find

    format = find(format_)
    if bom and not format.bom:
        raise Problem("--bom hanya untuk CSV.")
    target = None if output == "-" else new_file(output, force=force)
    with opened() as office:
        selection = _selection(office, types, filters)
        who, now = operator(), office.clock.now()
        source = Source.of(
            office, selection, by=who.name, at=now, instances=format.instances, options={"bom": True} if bom else {}
        )
        with _progress(source.total) as told:
            made = _written(target, format, source, told)
        name = file_name(format, now, selection.instance) if target is None else target.name
        office.exports.record(format.code, selection, name, made, who)
        click.echo(f"{made.events} peristiwa, {made.size} bita, SHA-256 {made.sha256}", err=target is None)


def _selection(office: Office, types: tuple[str, ...], filters: dict[str, str | None]) -> Selection:
    """The selection that the options name, read as the pages read their addresses."""
    from werkzeug.datastructures import MultiDict

    from service import selecting

    given = {"since": "dari", "until": "sampai", "instance": "pelaksanaan", "process": "proses", "person": "pegawai",
             "word": "kata", "unit": "unit"}  # fmt: skip
    pairs = [(given[name], value) for name, value in filters.items() if value]
    asked = selecting.read(office, MultiDict([*pairs, *(("jenis", one) for one in types)]), office.clock.now())
    if asked.errors:
        raise Problem(" ".join(f"{OPTIONS.get(name, name)}: {message}" for name, message in asked.errors.items()))
    return asked.selection


def _written(target: Path | None, format: Format, source: Source, told: Callable[[int], None]) -> Made:
    from service.exporting.source import ExportError
    from service.exporting.writing import write, write_file

    try:
        if target is None:
            return write(sys.stdout.buffer, format, source, told)
        workshop = Path(tempfile.mkdtemp(prefix=".ekspor-", dir=target.parent))
        return write_file(target, workshop, format, source, told)
    except BrokenPipeError:
        raise
    except StorageFull as error:
        if target is None:
            raise Problem("keluaran baku tidak dapat ditulis: ruang penyimpanan penuh.") from error
        raise
    except OSError as error:
        raise Problem(why(error, str(target or "keluaran baku"))) from error
    except ExportError as error:
        raise Problem(f"ekspor gagal: {error}") from error


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """Tells on stderr how far it is, when somebody looks."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return

    def told(done: int) -> None:
        sys.stderr.write(f"\r{done} dari {total} peristiwa")
        sys.stderr.flush()

    try:
        yield told
    finally:
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()
