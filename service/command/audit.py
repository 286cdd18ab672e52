"""`alur audit`: whether the record still is what was written, its heads to be kept outside, and erasing by law."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from service.command.common import Group, Problem, Source, opened, operator, plain, table, why

if TYPE_CHECKING:
    from process.anchors import Anchor
    from process.office import Office

MOST = 20


@click.group(cls=Group)
def audit() -> None:
    """Jejak audit.

    \b
    Contoh:
      alur audit verify
      alur audit seal --keluaran segel.json
    """


@audit.command("verify")
@click.option("--pelaksanaan", "instance_id", help="Hanya pelaksanaan ini.")
@click.option("--segel", "anchor", type=Source(), help="Bandingkan pula dengan berkas dari alur audit seal.")
@click.option("--tanpa-berkas", is_flag=True, help="Jangan membaca isi berkas lampiran dan cetakan.")
def verify(instance_id: str | None, anchor: tuple[str, bytes] | None, tanpa_berkas: bool) -> None:
    """Periksa semua rantai, segelnya, dan data yang dibuktikannya. Keluar dengan 1 bila ada yang berubah.

    \b
    Contoh:
      alur audit verify
      alur audit verify --pelaksanaan ab2c3d4e5f6g7h2i
      alur audit verify --segel segel-2026-09-30.json
    """
    from process.anchors import Anchor

    outside = Anchor.read(anchor[1]) if anchor else None
    with opened() as office:
        click.echo(verified(office, instance_id, files=not tanpa_berkas, anchor=outside))


def verified(
    office: Office, instance_id: str | None = None, *, files: bool = True, anchor: Anchor | None = None
) -> str:
    """A few sentences on an intact record; raises Problem naming where it does not fit."""
    found = office.trail.verify(instance_id, files=files, anchor=anchor)
    if not found.ok:
        places = "; ".join(f"{one.stream} nomor {one.seq}: {one.reason} [{one.code}]" for one in found.misfits[:MOST])
        count = len(found.misfits) + found.more
        more = f"; dan {count - MOST} temuan lain" if count > MOST else ""
        raise Problem(f"jejak audit TIDAK utuh ({count} temuan, {found.streams} rantai): {places}{more}.")
    told = [
        f"Jejak audit utuh: {found.streams} rantai, {found.events} peristiwa, {found.rows} baris data, "
        f"{found.files} berkas diperiksa."
    ]
    if anchor is not None:
        told.append(f"Cocok dengan catatan segel {plain(anchor.at)} ({len(anchor.heads)} rantai).")
    told += [
        f"Isi {one.stream} nomor {one.seq} dihapus menurut hukum oleh {one.name}, {plain(one.at)}: {one.reason}"
        for one in found.erased[:MOST]
    ]
    if len(found.erased) > MOST:
        told.append(f"… dan {len(found.erased) - MOST} penghapusan lain.")
    return "\n".join(told)


@audit.command("seal")
@click.option(
    "--keluaran",
    "output",
    type=click.Path(dir_okay=False),
    metavar="BERKAS",
    help="Tulis ujung semua rantai ke berkas ini.",
)
def seal(output: str | None) -> None:
    """Segel ujung semua rantai; simpan catatannya di luar sistem agar perubahan kemudian dapat dibuktikan.

    Berkas yang sudah ada tidak ditimpa. Lembar cetaknya ada di halaman Keutuhan jejak audit.

    \b
    Contoh:
      alur audit seal --keluaran segel-2026-09-30.json
    """
    with opened() as office, _new(output) as file:
        who = operator()
        seq = office.integrity.seal(who)
        if file is not None:
            file.writelines(office.integrity.anchor(seq, who)[1])
        sheet = office.integrity.sheet(seq, who)
        click.echo(f"Ujung {sheet.total} rantai disegel pada {plain(sheet.at)}.")
        click.echo(f"Rantai sistem: nomor {sheet.system.seq}, sidik {sheet.system.hash}")
        click.echo(f"Ringkasan catatan: {sheet.digest}")
        if output is not None:
            click.echo(f"Tersimpan di {output}.")


@contextmanager
def _new(output: str | None) -> Iterator[IO[bytes] | None]:
    """The file to write, made at once: that it cannot be is said before anything is done. None for no name; nothing is
    left of one that was not written."""
    if output is None:
        yield None
        return
    begun = whole = False
    try:
        with Path(output).open("xb") as file:
            begun = True
            yield file
        whole = True
    except FileExistsError as error:
        raise Problem(f"berkas {output} sudah ada; pilih nama lain.") from error
    except OSError as error:
        raise Problem(why(error, output)) from error
    finally:
        if begun and not whole:
            Path(output).unlink(missing_ok=True)


@audit.command("erase")
@click.option("--peristiwa", "events", multiple=True, metavar="RANTAI:NOMOR", help="Peristiwa ini; boleh berulang.")
@click.option(
    "--pegawai", "person", metavar="AKUN", help="Semua yang dilakukan pemilik akun ini atau yang mengenainya."
)
@click.option("--alasan", "reason", required=True, help="Dasar hukum dan siapa yang memerintahkan.")
@click.option("--ya", "agreed", is_flag=True, help="Jangan tanyakan lagi.")
def erase(events: tuple[str, ...], person: str | None, reason: str, agreed: bool) -> None:
    """Hapus isi peristiwa menurut hukum. Peristiwanya tetap ada, rantainya tetap dapat diperiksa.

    Tidak dapat dibatalkan. Pada PostgreSQL jalankan dengan ALUR_DATABASE_URL pemilik tabel: peran layanan tidak
    boleh menghapus.

    \b
    Contoh:
      alur audit erase --peristiwa system:42 --alasan "Putusan PN Jambi 12/2026"
      alur audit erase --pegawai budi --alasan "Permintaan subjek data, UU 27/2022 Pasal 8"
    """
    if bool(events) == bool(person):
        raise Problem("sebut salah satu: --peristiwa atau --pegawai.", 2)
    with opened() as office:
        chosen = office.erasing.of_events(events) if events else office.erasing.of_person(str(person))
        if not chosen:
            raise Problem("tidak ada isi peristiwa yang dilakukan atau mengenai pemilik akun itu.")
        table(
            ("Rantai", "Nomor", "Waktu", "Jenis"),
            [(one.stream, one.seq, one.at, one.type) for one in chosen[:MOST]],
            "",
        )
        if len(chosen) > MOST:
            click.echo(f"… dan {len(chosen) - MOST} lainnya.")
        if not agreed:
            question = f"Hapus isi {len(chosen)} peristiwa untuk selamanya?"
            click.confirm(question, abort=True, prompt_suffix=" [y/N] ", show_default=False)
        count = office.erasing.erase(chosen, operator(), reason)
        click.echo(f"Isi {count} peristiwa dihapus; penghapusan ini tercatat pada rantai sistem.")
