"""What the service's own role may do on PostgreSQL: work with everything, but of the record only read and add.

The tables belong to another role, which migrates and erases by law. A trigger can be dropped by the owner of its table;
a privilege that a role does not have, the role cannot give itself.
"""

from __future__ import annotations

import re

import sqlalchemy as sa

from process.errors import Conflict, InvalidData, NotFound
from process.model import FieldError
from process.store import Store, Tx
from process.tables import APPEND_ONLY

_ROLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$-]{0,62}")
# Erasures are the owner's: the service has no business there.
ADDED = tuple(sorted(set(APPEND_ONLY) - {"erasure"}))


def statements(role: str) -> tuple[str, ...]:
    """The SQL, to be run by the owner of the tables in the schema that holds them. Raises InvalidData for a name that
    cannot be a role's."""
    if not _ROLE.fullmatch(role):
        raise InvalidData([FieldError(("role",), "role", f"Nama peran “{role[:60]}” tidak sah.")])
    name = f'"{role}"'
    record = ", ".join(sorted(APPEND_ONLY))
    return (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        # Before PostgreSQL 15 everybody may make tables in it, and in any version temporary ones, which hide ours.
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {name}",
        "DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE ALL ON {record}, alembic_version FROM {name}",
        f"GRANT SELECT ON {record}, alembic_version TO {name}",
        f"GRANT INSERT ON {', '.join(ADDED)} TO {name}",
    )


def apply(store: Store, role: str) -> None:
    """Run them in one transaction. Raises Conflict on SQLite, when the tables are not this connection's, and for a role
    that the grants could not hold: a superuser, one that is (a member of) the owner, or one that could still make
    tables; NotFound when there is none."""
    made = statements(role)
    if store.sqlite:
        raise Conflict("Peran basis data hanya ada pada PostgreSQL; pada SQLite pemicu yang menolak perubahan.")
    with store.transaction() as tx:
        _check(tx, role)
        for statement in made:
            tx.execute(sa.text(statement))
        makes = tx.scalar(
            sa.text(
                "SELECT has_schema_privilege(:role, 'public', 'CREATE') "
                "OR has_database_privilege(:role, current_database(), 'TEMPORARY')"
            ),
            {"role": role},
        )
        if makes:  # PostgreSQL only warns when who revokes is not the owner
            raise Conflict(
                f"Peran “{role}” masih boleh membuat tabel, karena skema public atau basis data bukan milik peran ini. "
                "Mintalah pemiliknya mencabut CREATE ON SCHEMA public dan TEMPORARY ON DATABASE dari PUBLIC."
            )


def _check(tx: Tx, role: str) -> None:
    row = tx.one(
        sa.text(
            "SELECT r.rolsuper, pg_has_role(r.oid, c.relowner, 'MEMBER') AS owner, "
            "pg_has_role(c.relowner, 'USAGE') AS ours "
            "FROM pg_roles r, pg_class c WHERE r.rolname = :role AND c.oid = 'event'::regclass"
        ),
        {"role": role},
    )
    if row is None:
        raise NotFound(f"Peran “{role}” tidak ada. Buat dahulu: CREATE ROLE \"{role}\" LOGIN PASSWORD '…'")
    if row.rolsuper or row.owner:
        raise Conflict(
            f"Peran “{role}” adalah pemilik tabel atau superuser, sehingga tidak dapat dibatasi. "
            "Layanan memerlukan peran lain daripada yang menjalankan alur db upgrade."
        )
    if not row.ours:  # PostgreSQL only warns that nothing was granted and nothing revoked
        raise Conflict(
            "Hak hanya dapat ditetapkan oleh pemilik tabel. Isi ALUR_DATABASE_URL dengan peran yang menjalankan "
            "alur db upgrade."
        )
