"""`alur user`, `alur unit`, `alur position`: who works here, where, and in which position."""

from __future__ import annotations

from datetime import date

import click

from service.command.common import Date, Group, Source, new_password, opened, operator, table


@click.group(cls=Group)
def user() -> None:
    """Akun pegawai.

    \b
    Contoh:
      alur user add kabag.umum --nama "Kepala Bagian Umum" --nip 198001012005011001
      alur user list
      alur user disable kabag.umum --alasan "pindah tugas"
      alur user password kabag.umum
    """


@user.command("add")
@click.argument("akun")
@click.option("--nama", required=True, help="Nama seperti tertulis di layar dan cetakan.")
@click.option("--nip", help="NIP 18 angka.")
@click.option(
    "--peran-sistem",
    multiple=True,
    type=click.Choice(["administrator", "pengelola", "auditor"]),
    help="Peran sistem; boleh lebih dari satu.",
)
@click.option("--sandi", "password", metavar="-", help="“-”: baca kata sandi dari masukan baku; tanpa ini ditanyakan.")
@click.option("--tetap", is_flag=True, help="Kata sandi tidak perlu diganti saat pertama masuk.")
def add_user(
    akun: str, nama: str, nip: str | None, peran_sistem: tuple[str, ...], password: str | None, tetap: bool
) -> None:
    """Tambahkan akun.

    \b
    Contoh:
      alur user add admin --nama Administrator --peran-sistem administrator
      printf '%s\\n' "$SANDI" | alur user add staf.umum --nama "Staf Bagian Umum" --sandi -
    """
    with opened() as office:
        made = office.people.add_person(
            akun, nama, new_password(password), operator(), nip=nip, system_roles=peran_sistem,
            must_change_password=not tetap,
        )  # fmt: skip
        click.echo(f"Akun {made.username} ditambahkan.")


@user.command("list")
@click.argument("cari", default="")
@click.option("--semua", is_flag=True, help="Termasuk akun nonaktif.")
def list_users(cari: str, semua: bool) -> None:
    """Daftar akun dengan jabatan yang sedang dipegang.

    \b
    Contoh:
      alur user list
      alur user list kabag --semua
    """
    with opened() as office:
        held: dict[int, list[str]] = {}
        for position in office.people.positions(on=_today(office)):
            held.setdefault(position.person_id, []).append(f"{position.title} [{position.role}@{position.unit}]")
        table(
            ("Akun", "Nama", "NIP", "Peran sistem", "Aktif", "Jabatan"),
            [
                (
                    person.username, person.name, person.masked_nip, ", ".join(sorted(person.system_roles)),
                    person.active, "; ".join(held.get(person.id, ())),
                )
                for person in office.people.find(cari, active=None if semua else True, limit=10_000)
            ],
            "Tidak ada akun.",
        )  # fmt: skip


@user.command("disable")
@click.argument("akun")
@click.option("--alasan", help="Alasan, dicatat dalam jejak audit.")
@click.option("--aktifkan", is_flag=True, help="Aktifkan kembali.")
def disable(akun: str, alasan: str | None, aktifkan: bool) -> None:
    """Nonaktifkan akun; semua sesinya berakhir seketika.

    \b
    Contoh:
      alur user disable kabag.umum --alasan "pindah tugas"
      alur user disable kabag.umum --aktifkan
    """
    with opened() as office:
        person = office.people.by_username(akun)
        switch = office.people.enable if aktifkan else office.people.disable
        switch(person.id, operator(), reason=alasan)
        click.echo(f"Akun {person.username} {'diaktifkan' if aktifkan else 'dinonaktifkan'}.")


@user.command("password")
@click.argument("akun")
@click.option("--sandi", "password", metavar="-", help="“-”: baca kata sandi dari masukan baku; tanpa ini ditanyakan.")
def password_(akun: str, password: str | None) -> None:
    """Atur ulang kata sandi; harus diganti saat berikutnya masuk.

    \b
    Contoh:
      alur user password kabag.umum
      printf '%s\\n' "$SANDI" | alur user password kabag.umum --sandi -
    """
    with opened() as office:
        person = office.people.by_username(akun)
        office.people.reset_password(person.id, new_password(password), operator())
        click.echo(f"Kata sandi akun {person.username} diatur ulang; semua sesinya berakhir.")


@click.group(cls=Group)
def unit() -> None:
    """Unit kerja.

    \b
    Contoh:
      alur unit add UMUM "Bagian Umum" --induk SETDA
      alur unit list
      alur unit import unit.csv
    """


@unit.command("add")
@click.argument("kode")
@click.argument("nama")
@click.option("--induk", help="Kode unit di atasnya.")
@click.option("--kalender", help="Kode kalender kerja; tanpa ini mengikuti unit di atasnya.")
@click.option("--kop", multiple=True, help="Satu baris kop surat; ulangi untuk baris berikutnya.")
def add_unit(kode: str, nama: str, induk: str | None, kalender: str | None, kop: tuple[str, ...]) -> None:
    """Tambahkan unit kerja.

    \b
    Contoh:
      alur unit add SETDA "Sekretariat Daerah Kota Jambi" --kop "PEMERINTAH KOTA JAMBI"
      alur unit add UMUM "Bagian Umum" --induk SETDA
    """
    from process.model import Unit

    with opened() as office:
        made = office.people.add_unit(Unit(kode, nama, induk, kop, kalender), operator())
        click.echo(f"Unit {made.code} ditambahkan.")


@unit.command("list")
@click.option("--semua", is_flag=True, help="Termasuk unit nonaktif.")
def list_units(semua: bool) -> None:
    """Daftar unit kerja.

    \b
    Contoh:
      alur unit list --semua
    """
    with opened() as office:
        table(
            ("Kode", "Nama", "Induk", "Kalender", "Aktif"),
            [
                (u.code, u.name, u.parent, u.calendar, u.active)
                for u in office.people.units(active=None if semua else True)
            ],
            "Tidak ada unit kerja.",
        )


@unit.command("import")
@click.argument("berkas", type=Source())
def import_units(berkas: tuple[str, bytes]) -> None:
    """Tambahkan unit dari CSV dengan judul kode,nama,induk[,kalender]; semua atau tidak sama sekali.

    \b
    Contoh:
      alur unit import unit.csv
    """
    with opened() as office:
        made = office.people.import_units(berkas[1], operator())
        click.echo(f"{len(made)} unit ditambahkan: {', '.join(one.code for one in made)}.")


@click.group(cls=Group)
def position() -> None:
    """Jabatan: siapa memegang peran apa di unit mana, sejak dan sampai kapan.

    \b
    Contoh:
      alur position add kabag.umum kepala_bagian UMUM
      alur position add kabag.hkm kepala_bagian UMUM --jenis plh --dasar "Surat Perintah 12/2026" --sampai 2026-12-31
      alur position end 7 --alasan mutasi
    """


@position.command("add")
@click.argument("akun")
@click.argument("peran")
@click.argument("unit")
@click.option("--nama-jabatan", help="Seperti tertulis di cetakan; tanpa ini dibentuk dari peran dan unit.")
@click.option("--jenis", type=click.Choice(["definitif", "plh", "plt", "pj"]), default="definitif", show_default=True)
@click.option("--dasar", help="Dasar penunjukan; wajib untuk plh, plt, pj.")
@click.option("--mulai", type=Date(), help="Hari pertama; tanpa ini hari ini.")
@click.option("--sampai", type=Date(), help="Hari terakhir.")
def add_position(
    akun: str,
    peran: str,
    unit: str,
    nama_jabatan: str | None,
    jenis: str,
    dasar: str | None,
    mulai: date | None,
    sampai: date | None,
) -> None:
    """Berikan jabatan.

    \b
    Contoh:
      alur position add kabag.umum kepala_bagian UMUM --mulai 2026-01-02
    """
    from process.roles import warning

    with opened() as office:
        person = office.people.by_username(akun)
        made = office.people.add_position(
            person.id, peran, unit, operator(), title=nama_jabatan, kind=jenis, basis=dasar, from_date=mulai,
            to_date=sampai,
        )  # fmt: skip
        click.echo(f"Jabatan {made.id} ({made.title}) diberikan kepada {person.username}.")
        doubt = warning(office.definitions, made.role)
        if doubt:
            click.echo(f"Peringatan: {doubt}", err=True)


@position.command("end")
@click.argument("nomor", type=int)
@click.option("--sampai", type=Date(), help="Hari terakhir; tanpa ini kemarin, sehingga langsung tidak berlaku.")
@click.option("--alasan", help="Alasan, dicatat dalam jejak audit.")
def end_position(nomor: int, sampai: date | None, alasan: str | None) -> None:
    """Akhiri jabatan (nomornya: alur position list).

    \b
    Contoh:
      alur position end 7 --sampai 2026-12-31 --alasan mutasi
    """
    with opened() as office:
        made = office.people.end_position(nomor, operator(), to_date=sampai, reason=alasan)
        click.echo(f"Jabatan {made.id} ({made.title}) berakhir pada {made.to_date}.")


@position.command("list")
@click.option("--akun", help="Hanya milik akun ini.")
@click.option("--semua", is_flag=True, help="Termasuk yang sudah berakhir atau belum mulai.")
def list_positions(akun: str | None, semua: bool) -> None:
    """Daftar jabatan.

    \b
    Contoh:
      alur position list --akun kabag.umum --semua
    """
    with opened() as office:
        person = office.people.by_username(akun).id if akun else None
        names = {one.id: one.username for one in office.people.find(limit=100_000)}
        table(
            ("Nomor", "Akun", "Peran", "Unit", "Jenis", "Nama jabatan", "Mulai", "Sampai", "Dasar"),
            [
                (p.id, names[p.person_id], p.role, p.unit, p.kind, p.title, p.from_date, p.to_date, p.basis)
                for p in office.people.positions(person, on=None if semua else _today(office))
            ],
            "Tidak ada jabatan.",
        )


def _today(office: object) -> date:
    from process.accounts import office_date

    return date.fromisoformat(office_date(office.clock.now()))  # type: ignore[attr-defined]
