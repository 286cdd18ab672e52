"""`alur calendar`: working time, holidays, and what a late decree does to open deadlines."""

from __future__ import annotations

import click

from service.command.common import Group, Source, opened, operator, plain, table


@click.group(cls=Group)
def calendar() -> None:
    """Kalender kerja: jam kerja, hari libur, cuti bersama.

    \b
    Contoh:
      alur calendar list --tahun 2027
      alur calendar import libur-2027.csv --pratinjau
      alur calendar import libur-2027.csv --alasan "SKB 2027"
    """


@calendar.command("list")
@click.option("--tahun", type=int, help="Tahun yang diperiksa; tanpa ini tahun ini dan tahun depan.")
@click.option("--kode", help="Tampilkan isi satu kalender.")
def list_calendars(tahun: int | None, kode: str | None) -> None:
    """Daftar kalender dengan peringatannya, atau isi satu kalender.

    \b
    Contoh:
      alur calendar list
      alur calendar list --kode standar --tahun 2026
    """
    from process.calendar import national_holidays

    with opened() as office:
        today = office.clock.now().year
        years = [tahun] if tahun else [today, today + 1]
        if kode is None:
            found = office.calendars.list()
            table(
                ("Kode", "Nama", "Zona", "Revisi", "Unit"),
                [(one.code, one.name, one.calendar.zone, one.revision, ", ".join(one.units)) for one in found],
                "Belum ada kalender; kalender standar dimuat bersama proses pertama.",
            )
        else:
            with office.store.reading() as tx:
                found = (office.calendars.get(tx, kode),)
            own = found[0].calendar
            public = [item for year in years for item in national_holidays(year).items()] if own.national else []
            days = {day: (kind, name, "nasional") for day, (name, kind) in public}
            days.update({d: (o.kind, o.note, "kantor") for d, o in own.overrides.items() if d.year in years})
            table(
                ("Tanggal", "Jenis", "Keterangan", "Sumber"),
                [(day, *days[day]) for day in sorted(days)],
                "Tidak ada hari khusus pada tahun tersebut.",
            )
        for one in found:
            for year in years:
                for warning in one.calendar.warnings(year):
                    click.echo(f"Peringatan ({one.code}): {warning}")


@calendar.command("import")
@click.argument("berkas", type=Source())
@click.option("--kode", default="standar", show_default=True, help="Kalender yang diubah atau dibuat.")
@click.option("--unit", help="Tetapkan kalender ini untuk unit tersebut (dan unit di bawahnya).")
@click.option("--alasan", help="Alasan perubahan, misalnya nomor keputusan; wajib untuk kalender yang sudah ada.")
@click.option("--pratinjau", is_flag=True, help="Hanya tampilkan akibatnya; tidak ada yang diubah.")
def import_calendar(
    berkas: tuple[str, bytes], kode: str, unit: str | None, alasan: str | None, pratinjau: bool
) -> None:
    """Impor hari dari CSV (tanggal,jenis,keterangan) atau JSON, atau kalender lengkap dari JSON.

    Jenis: libur, cuti bersama, kerja, atau hapus. Batas waktu tugas yang terbuka dihitung ulang.

    \b
    Contoh:
      alur calendar import libur-2027.csv --pratinjau
      alur calendar import libur-2027.csv --alasan "SKB 2027"
      alur calendar import kalender-puskesmas.json --kode puskesmas --unit PKM
    """
    from process.calendar_files import read_import
    from process.calendars import changed_days

    change = read_import(berkas[1], berkas[0])
    with opened() as office:
        today = office.clock.now().date()
        found = office.rescheduling.preview(kode, change, operator(), unit_code=unit)
        before, after = found.calendar_before, found.calendar_after
        if before is None:
            click.echo(f"Kalender {kode} baru.")
        elif before == after:
            click.echo(f"Kalender {kode} sudah berisi demikian.")
        else:
            days = changed_days(before, after, today)
            click.echo(f"{len(days)} hari sejak {today} berubah jam kerjanya: {', '.join(map(str, days[:40]))}.")
        table(
            ("Pelaksanaan", "Kegiatan", "Tugas", "Batas semula", "Batas menjadi"),
            [(one.title, one.name, len(one.task_ids), one.before, one.after) for one in found.moved],
            "Tidak ada batas waktu yang berubah.",
        )
        if pratinjau:
            click.echo("Pratinjau saja: tidak ada yang diubah.")
            return
        done = office.rescheduling.apply(kode, change, operator(), reason=alasan, unit_code=unit)
        count = sum(len(one.task_ids) for one in done.moved)
        click.echo(f"Kalender {kode} disimpan; batas waktu {count} tugas dihitung ulang.")
        for year in sorted({day.year for day in change.days} or {today.year}):
            for warning in after.warnings(year):
                click.echo(f"Peringatan: {plain(warning)}")
