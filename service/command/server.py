"""`alur serve`, `alur db upgrade`, `alur demo`."""

from __future__ import annotations

import errno
import logging
import secrets
import socket
from dataclasses import replace
from pathlib import Path

import click

from service.command.common import Command, Group, Problem, opened, settings, why
from service.settings import VARIABLES, Settings

_VARIABLES_HELP = "\n".join(f"  {name:<20} {text} (bawaan: {default})" for name, (default, text) in VARIABLES.items())


@click.command(cls=Command)
def serve() -> None:
    """Jalankan layanan web dengan pengatur waktunya."""
    given = settings().for_service()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with _listening(given) as listening, opened(given) as office:
        from service import demo as demonstration
        from service.app import create_app
        from service.serving import make_server, settle_memory

        if given.demo:
            given = replace(given, secret_key=given.secret_key or _kept_secret(given.data_dir))
            if not demonstration.is_empty(office) and not demonstration.is_demo(office):
                raise Problem(
                    "basis data ini memuat data kantor; modus demonstrasi ditolak. "
                    "Hapus ALUR_DEMO, atau gunakan folder lain: ALUR_DATA_DIR=/tmp/peragaan"
                )
            demonstration.set_up(office)
        app = create_app(office, given)
        server = make_server(app, listening, given)
        office.scheduler.start()
        settle_memory()
        try:
            _announce(given, demonstration.is_demo(office))
            if demonstration.is_empty(office):
                click.echo(
                    "alur: belum ada akun; buat dengan: alur user add admin --nama … --peran-sistem administrator"
                )
            server.run()
        except KeyboardInterrupt:
            pass
        finally:
            server.close()
            office.scheduler.stop()
            click.echo("alur: berhenti.")


serve.epilog = (
    "\b\nContoh:\n  ALUR_SECRET_KEY=… alur serve\n  ALUR_DEMO=1 ALUR_PORT=8080 alur serve\n\n\b\nVariabel:\n"
    + _VARIABLES_HELP
)


def _announce(given: Settings, is_demo: bool) -> None:
    click.echo(f"alur: melayani {given.address} (data: {given.data_dir})")
    if given.demo and is_demo:
        from service.demo import PASSWORD, POSITIONS, SYSTEM

        click.echo("alur: modus demonstrasi; akun (semua dengan kata sandi yang sama):")
        for account, (_, _, title) in POSITIONS.items():
            click.echo(f"  {account:<15} {title}")
        for account, (name, _) in SYSTEM.items():
            click.echo(f"  {account:<15} {name}")
        click.echo(f"alur: kata sandi: {PASSWORD}")
    click.echo("alur: tekan Ctrl+C untuk berhenti.")


def _listening(given: Settings) -> socket.socket:
    """Bind first: that a port is taken should be said at once, before anything else is done."""
    family = socket.AF_INET6 if ":" in given.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((given.host, given.port))
        made.listen(128)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise Problem(f"porta {given.port} sudah dipakai; pilih yang lain dengan ALUR_PORT.") from error
        if error.errno == errno.EACCES:
            raise Problem(f"porta {given.port} tidak boleh dipakai oleh pengguna ini.") from error
        raise Problem(f"tidak dapat melayani {given.host}:{given.port}: {error.strerror or error}.") from error
    return made


def _kept_secret(folder: Path) -> str:
    """The demonstration's own secret, kept so that a restart does not log everybody out."""
    path = folder / "kunci-peragaan"
    try:
        if path.exists():
            return path.read_text(encoding="ascii").strip()
        path.touch(mode=0o600)
        path.write_text(made := secrets.token_hex(32), encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(why(error, str(path)) if isinstance(error, OSError) else f"berkas {path} rusak.") from error
    return made


@click.group(cls=Group)
def db() -> None:
    """Basis data.

    \b
    Contoh:
      alur db upgrade
    """


@db.command("upgrade")
def upgrade() -> None:
    """Mutakhirkan skema basis data. PostgreSQL hanya dimutakhirkan dengan perintah ini.

    \b
    Contoh:
      ALUR_DATABASE_URL=postgresql://alur:sandi@localhost/alur alur db upgrade
    """
    from process import migrate

    with opened(migrate=True) as office:
        click.echo(f"Basis data mutakhir (skema {migrate.current(office.store)}).")


@db.command("grants")
@click.option("--peran", "role", required=True, help="Peran PostgreSQL yang dipakai layanan; bukan pemilik tabel.")
@click.option("--terapkan", "applied", is_flag=True, help="Jalankan, bukan hanya tampilkan.")
def grants(role: str, applied: bool) -> None:
    """Hak peran layanan pada PostgreSQL: boleh menambah jejak audit, tidak boleh mengubah atau menghapusnya.

    Jalankan sebagai pemilik tabel, setiap kali sesudah alur db upgrade.

    \b
    Contoh:
      alur db grants --peran alur_layanan
      ALUR_DATABASE_URL=postgresql://pemilik@localhost/alur alur db grants --peran alur_layanan --terapkan
    """
    from process import grants as rights

    made = rights.statements(role)
    if applied:
        with opened() as office:
            rights.apply(office.store, role)
        click.echo(f"Hak peran {role} ditetapkan.")
    else:
        click.echo(";\n".join(made) + ";")


@click.command(cls=Command)
def demo() -> None:
    """Peragakan satu triwulan dengan sebelas Bagian melalui mesin yang sama.

    Satu pengembalian pada langkah 2 dan satu langkah terlambat termasuk di dalamnya. Folder data yang kosong
    disiapkan; basis data yang memuat data kantor ditolak.

    \b
    Contoh:
      ALUR_DATA_DIR=/tmp/peragaan alur demo
    """
    from service.demo_run import run

    run(settings(), click.echo)
