"""What the drivers of SQLite and PostgreSQL raise, as errors of ours."""

from __future__ import annotations

import errno
import sqlite3
import sys

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from process.errors import Busy, StorageFull, StorageUnavailable


def translate(error: BaseException) -> BaseException:
    """The error of ours that a driver's error means, or the error itself when it is not one of storage."""
    origin: BaseException = error
    if isinstance(error, DBAPIError) and error.orig is not None:
        origin = error.orig
    if isinstance(error, sa.exc.TimeoutError):
        return Busy()
    psycopg = sys.modules.get("psycopg")  # loaded with the first engine of PostgreSQL only
    if psycopg and isinstance(origin, psycopg.OperationalError) and origin.sqlstate is None:
        return StorageUnavailable("Sambungan ke basis data terputus.")
    if isinstance(origin, OSError) and origin.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull()
    if isinstance(origin, sqlite3.Error):
        code = getattr(origin, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Busy()
        if code == sqlite3.SQLITE_FULL:
            return StorageFull()
        if code in (
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_CORRUPT,
            sqlite3.SQLITE_NOTADB,
        ):
            return StorageUnavailable(f"Basis data tidak dapat digunakan: {origin}")
        return error
    state = getattr(origin, "sqlstate", None)
    if state in ("55P03", "40P01", "40001"):  # lock not available, deadlock, serialization failure
        return Busy()
    if state in ("53100", "53200", "53300"):  # disk full, out of memory, too many connections
        return StorageFull() if state == "53100" else Busy()
    if state == "42501":  # insufficient privilege
        return StorageUnavailable(
            f"Peran basis data ini tidak berhak melakukannya ({str(origin).splitlines()[0]}). Jalankan sebagai pemilik "
            "tabel, atau tetapkan hak peran layanan dengan alur db grants."
        )
    if state in ("57P01", "57P02", "57P03") or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return StorageUnavailable("Sambungan ke basis data terputus.")
    if isinstance(error, sa.exc.OperationalError) and state is None:
        return StorageUnavailable(f"Basis data tidak dapat digunakan: {origin}")
    return error
