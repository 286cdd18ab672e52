"""`alur process`: check diagrams, put one in force, list what is in force."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from service.command.common import Group, Problem, Source, opened, operator, table, why

_SEVERITY = {"error": "galat", "warning": "peringatan"}


@click.group(cls=Group)
def process() -> None:
    """Proses: diagram BPMN dengan formulirnya.

    \b
    Contoh:
      alur process check sop.bpmn
      alur process publish sop.bpmn --unit PRK
      alur process list
    """


_forms_option = click.option(
    "--formulir",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder berkas .form; tanpa ini folder diagram dan formulir bawaan.",
)


@process.command("check")
@click.argument("berkas", nargs=-1, required=True, metavar="BERKAS…")
@_forms_option
def check_files(berkas: tuple[str, ...], folders: tuple[Path, ...]) -> int:
    """Periksa diagram (.bpmn) dan formulir (.form) tanpa memberlakukannya. Keluar dengan 1 bila ada galat.

    \b
    Contoh:
      alur process check bpmn/diagrams/*.bpmn
      alur process check sop.bpmn --formulir formulir/
    """
    errors = 0
    for name in berkas:
        source = Source().convert(name, None, None)[1]
        findings = _form_findings(source) if name.endswith(".form") else _diagram_findings(name, source, folders)
        errors += _print(name, findings)
    return 1 if errors else 0


@process.command("publish")
@click.argument("berkas")
@click.option("--unit", "owner", help="Kode unit pemilik; wajib untuk proses yang baru.")
@click.option("--kalender", help="Kode kalender kerja; tanpa ini kalender standar atau yang terakhir dipakai.")
@click.option("--catatan", help="Catatan terbitan.")
@_forms_option
def publish(
    berkas: str, owner: str | None, kalender: str | None, catatan: str | None, folders: tuple[Path, ...]
) -> None:
    """Berlakukan diagram sebagai versi baru mulai sekarang. Pelaksanaan yang berjalan tetap pada versinya.

    \b
    Contoh:
      alur process publish sop.bpmn --unit PRK --catatan "Revisi 2026"
    """
    from process.errors import InvalidProcess

    source = Source().convert(berkas, None, None)[1]
    with opened() as office:
        try:
            made = office.definitions.publish(
                source, _forms(berkas, folders), operator(), owner_unit=owner, calendar=kalender, note=catatan
            )
        except InvalidProcess as error:
            errors = _print(berkas, error.findings)
            raise Problem(f"{berkas} tidak diberlakukan: {errors} galat.") from error
        _print(berkas, made.warnings, quiet=True)
        if made.new:
            click.echo(f"Proses {made.process_id} versi {made.number} diberlakukan.")
        else:
            click.echo(
                f"Proses {made.process_id} versi {made.number} sudah berlaku dengan isi yang sama; tidak ada perubahan."
            )


@process.command("list")
@click.option("--semua", is_flag=True, help="Termasuk versi lama dan yang dicabut.")
def list_processes(semua: bool) -> None:
    """Daftar proses dan versi yang berlaku.

    \b
    Contoh:
      alur process list --semua
    """
    with opened() as office:
        rows = [row for row in office.definitions.list() if semua or row.in_force]
        table(
            ("Proses", "Nama", "Unit", "Versi", "Berlaku sejak", "Keadaan", "Sidik"),
            [
                (
                    row.process_id, row.name, row.owner_unit, row.number, row.effective_from,
                    "berlaku" if row.in_force else "dicabut" if row.revoked_at else "tidak berlaku", row.digest[:12],
                )
                for row in rows
            ],
            "Tidak ada proses.",
        )  # fmt: skip


def _forms(diagram: str, folders: Iterable[Path]) -> dict[str, bytes]:
    """Form sources by id, later ones before earlier: those shipped, then beside the diagram; or only the folders'."""
    from service.demo import shipped

    found: dict[str, bytes] = {}
    places = list(folders)
    if not places:
        found.update(shipped()[1])
        places = [Path(diagram).resolve().parent] if diagram != "-" else []
    for place in places:
        try:
            for path in sorted(place.iterdir()):
                if path.suffix == ".form":
                    source = path.read_bytes()
                    found[_form_id(source) or path.stem] = source
        except OSError as error:
            raise Problem(why(error, str(place))) from error
    return found


def _form_id(source: bytes) -> str | None:
    from forms.canonical import CanonicalError, loads

    try:
        data = loads(source)
    except CanonicalError:
        return None
    return data["id"] if isinstance(data, dict) and isinstance(data.get("id"), str) else None


def _form_findings(source: bytes) -> tuple[Any, ...]:
    from forms import FormDefinitionError, load_form

    try:
        return tuple(load_form(source).findings)
    except FormDefinitionError as error:
        return tuple(error.findings)


def _diagram_findings(name: str, source: bytes, folders: Iterable[Path]) -> tuple[Any, ...]:
    from process.checking import findings_of

    return findings_of(source, _forms(name, folders))


def _print(name: str, findings: Iterable[Any], quiet: bool = False) -> int:
    """Print findings, one a line; returns how many of them are errors."""
    errors = warnings = 0
    for finding in findings:
        errors += finding.severity == "error"
        warnings += finding.severity != "error"
        line = getattr(finding, "line", None)
        where = f"{name}:{line}" if line else name
        element = f" [{finding.element}]" if finding.element else ""
        click.echo(
            f"{where}: {_SEVERITY.get(finding.severity, finding.severity)} {finding.code}{element}: {finding.message}"
        )
    if not quiet:
        click.echo(f"{name}: {errors} galat, {warnings} peringatan." if errors or warnings else f"{name}: benar.")
    return errors
