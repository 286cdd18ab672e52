"""`alur audit verify`: whether the record still is what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from service.command.common import Group, Problem, opened

if TYPE_CHECKING:
    from process.office import Office

MOST = 20


@click.group(cls=Group)
def audit() -> None:
    """Jejak audit.

    \b
    Contoh:
      alur audit verify
    """


@audit.command("verify")
@click.option("--pelaksanaan", help="Hanya rantai pelaksanaan ini.")
def verify(pelaksanaan: str | None) -> None:
    """Hitung ulang semua rantai jejak audit. Keluar dengan 1 bila ada yang berubah.

    \b
    Contoh:
      alur audit verify
      alur audit verify --pelaksanaan ab2c3d4e5f6g7h2i
    """
    with opened() as office:
        click.echo(verified(office, pelaksanaan))


def verified(office: Office, instance_id: str | None = None) -> str:
    """One sentence on an intact record; raises Problem naming where it does not fit."""
    found = office.trail.verify(instance_id)
    if found.ok:
        return f"Jejak audit utuh: {found.streams} rantai, {found.events} peristiwa diperiksa."
    places = "; ".join(f"{one.stream} nomor {one.seq}: {one.reason}" for one in found.misfits[:MOST])
    more = f"; dan {len(found.misfits) - MOST} rantai lain" if len(found.misfits) > MOST else ""
    raise Problem(f"jejak audit TIDAK utuh ({len(found.misfits)} dari {found.streams} rantai): {places}{more}.")
