"""`alur archive`: the archive bundle of a finished instance, made, and checked without the database."""

from __future__ import annotations

from pathlib import Path

import click

from service.command.common import Group, Problem, new_file, opened, operator, why


@click.group(cls=Group)
def archive() -> None:
    """Berkas arsip pelaksanaan yang selesai.

    \b
    Contoh:
      alur archive make ab2c3d4e5f6g7h2i --keluaran berkas.zip
      alur archive verify berkas.zip
    """


@archive.command("make")
@click.argument("pelaksanaan")
@click.option("--keluaran", "output", required=True, help="Berkas ZIP yang ditulis.")
@click.option("--timpa", "force", is_flag=True, help="Timpa berkas tujuan yang sudah ada.")
def make(pelaksanaan: str, output: str, force: bool) -> None:
    """Tulis berkas arsip satu pelaksanaan yang selesai. Dibuat lagi, isinya sama bita demi bita.

    \b
    Contoh:
      alur archive make ab2c3d4e5f6g7h2i --keluaran berkas.zip
    """
    from service.archiving import making
    from service.pdf import PrintError

    target = new_file(output, force=force)
    with opened() as office:
        actor = operator()
        try:
            bundle = making.collect(office, pelaksanaan, actor)
            made = making.make(office, bundle, target)
        except PrintError as error:
            raise Problem(f"berkas arsip tidak dibuat, karena cetakannya gagal: {error}.") from error
        assert made is not None  # nobody can call it off here
        office.archive.made(pelaksanaan, made.sha256, made.size, actor)
        click.echo(f"Berkas arsip ditulis ke {output}: {made.size} bita, sidik SHA-256 {made.sha256}.")


@archive.command("verify")
@click.argument("berkas")
def verify(berkas: str) -> None:
    """Periksa berkas arsip tanpa basis data. Keluar dengan 1 bila ada yang tidak cocok.

    \b
    Contoh:
      alur archive verify berkas.zip
    """
    from service.archiving.checking import check

    path = Path(berkas)
    try:
        found = check(path)
    except OSError as error:
        raise Problem(why(error, berkas if error.filename in (None, berkas) else str(error.filename))) from error
    for note in found.notes:
        click.echo(f"Catatan: {note}")
    if not found.whole:
        raise Problem("\nalur: ".join((f"berkas arsip {berkas} TIDAK utuh:", *found.findings)))
    click.echo(f"Berkas arsip utuh: {found.summary}.")
