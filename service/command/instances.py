"""`alur instance` and `alur task`: what runs, and the interventions of the pengelola proses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from service.command.common import Group, Problem, opened, operator, plain, table

if TYPE_CHECKING:
    from process.overview import TaskLine


@click.group(cls=Group)
def instance() -> None:
    """Pelaksanaan proses.

    \b
    Contoh:
      alur instance list
      alur instance show ab2c3d4e5f6g7h2i
      alur instance cancel ab2c3d4e5f6g7h2i --alasan "salah periode"
    """


_STATES = ("berjalan", "selesai", "dibatalkan")


@instance.command("list")
@click.argument("cari", default="")
@click.option("--keadaan", type=click.Choice(_STATES), help="Hanya yang berkeadaan ini.")
def list_instances(cari: str, keadaan: str | None) -> None:
    """Daftar pelaksanaan, terbaru dahulu.

    \b
    Contoh:
      alur instance list --keadaan berjalan
      alur instance list "Triwulan III"
    """
    from process import overview

    codes = {name: code for code, name in overview.STATE_NAMES.items()}
    with opened() as office:
        rows = overview.instances(
            office.store, operator(), office.clock.now(), state=codes.get(keadaan or ""), search=cari
        )
        table(
            ("Pelaksanaan", "Judul", "Kunci", "Ke", "Unit", "Keadaan", "Mulai", "Selesai", "Terbuka", "Terlambat"),
            [
                (
                    row.id, row.title, row.business_key, row.ordinal, row.owner_unit,
                    overview.STATE_NAMES.get(row.state, row.state), row.started, row.finished, row.open_tasks,
                    row.late_tasks,
                )
                for row in rows
            ],
            "Tidak ada pelaksanaan.",
        )  # fmt: skip


@instance.command("show")
@click.argument("pelaksanaan")
def show(pelaksanaan: str) -> None:
    """Tampilkan satu pelaksanaan dengan semua tugasnya.

    \b
    Contoh:
      alur instance show ab2c3d4e5f6g7h2i
    """
    from process import overview

    with opened() as office:
        now = office.clock.now()
        found = overview.instance_line(office.store, operator(), now, pelaksanaan)
        click.echo(plain(found.title))
        state = overview.STATE_NAMES.get(found.state, found.state)
        click.echo(
            f"Proses {found.process_id}, unit {found.owner_unit}, kunci {plain(found.business_key)} "
            f"(ke-{found.ordinal}), {state}; mulai {plain(found.started)}, "
            f"selesai {plain(found.finished)}."
        )
        click.echo("")
        _tasks(overview.tasks(office.store, operator(), now, instance_id=pelaksanaan, open_only=False), False)


@instance.command("cancel")
@click.argument("pelaksanaan")
@click.option("--alasan", required=True, help="Alasan pembatalan, dicatat dalam jejak audit.")
def cancel(pelaksanaan: str, alasan: str) -> None:
    """Batalkan pelaksanaan; tugas yang terbuka tidak dapat dikerjakan lagi.

    \b
    Contoh:
      alur instance cancel ab2c3d4e5f6g7h2i --alasan "salah periode"
    """
    with opened() as office:
        office.engine.cancel(pelaksanaan, operator(), alasan)
        click.echo(f"Pelaksanaan {pelaksanaan} dibatalkan.")


@click.group(cls=Group)
def task() -> None:
    """Tugas.

    \b
    Contoh:
      alur task list --terlambat
      alur task reassign ab2c3d4e5f6g7h2i kabag.umum --alasan "cuti"
    """


@task.command("list")
@click.option("--pelaksanaan", help="Hanya tugas pelaksanaan ini.")
@click.option("--unit", help="Hanya tugas unit ini.")
@click.option("--terlambat", is_flag=True, help="Hanya yang melewati batas waktu.")
@click.option("--semua", is_flag=True, help="Termasuk yang sudah selesai.")
def list_tasks(pelaksanaan: str | None, unit: str | None, terlambat: bool, semua: bool) -> None:
    """Daftar tugas terbuka.

    \b
    Contoh:
      alur task list --unit UMUM
    """
    from process import overview

    with opened() as office:
        rows = overview.tasks(
            office.store, operator(), office.clock.now(), instance_id=pelaksanaan, open_only=not semua,
            late_only=terlambat, unit=unit,
        )  # fmt: skip
        _tasks(rows, True)


@task.command("reassign")
@click.argument("tugas")
@click.argument("akun")
@click.option("--alasan", required=True, help="Alasan pengalihan, dicatat dalam jejak audit.")
def reassign(tugas: str, akun: str, alasan: str) -> None:
    """Alihkan tugas kepada akun lain yang berwenang.

    \b
    Contoh:
      alur task reassign ab2c3d4e5f6g7h2i kabag.umum --alasan "cuti"
    """
    with opened() as office:
        person = office.people.by_username(akun)
        if not person.active:
            raise Problem(f"akun {person.username} nonaktif.")
        office.engine.reassign(tugas, person.id, operator(), alasan)
        click.echo(f"Tugas {tugas} dialihkan kepada {person.username}.")


def _short(text: str, most: int = 44) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _tasks(rows: tuple[TaskLine, ...], titles: bool) -> None:
    heads = [
        "Tugas",
        "No",
        "Kegiatan",
        "Bagian",
        "Ulangan",
        "Peran",
        "Unit",
        "Keadaan",
        "Pemegang",
        "Tersedia",
        "Batas",
    ]
    states = {"Ready": "tersedia", "Reserved": "diambil", "Completed": "selesai", "Obsolete": "gugur"}
    table(
        ["Pelaksanaan", *heads] if titles else heads,
        [
            [
                *([row.title] if titles else []), row.id, row.number, row.name, row.item, row.pass_, row.role, row.unit,
                ("dilewati" if row.skipped else states.get(row.state, row.state)) + (", terlambat" if row.late else ""),
                row.done_by or row.assignee, row.available, row.due,
            ]
            for row in rows
        ],
        "Tidak ada tugas.",
    )  # fmt: skip
