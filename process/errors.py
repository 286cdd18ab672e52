"""Errors of the process room. They know no HTTP; the first line of a class docstring is the title shown to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from process.model import FieldError


class Saved(Protocol):
    """A saved state of a process draft."""

    @property
    def revision(self) -> int: ...
    @property
    def xml(self) -> bytes: ...
    def schemas(self) -> Mapping[str, Any]: ...


class AlurError(Exception):
    """Permintaan tidak dapat dilaksanakan"""

    @property
    def title(self) -> str:
        return (type(self).__doc__ or "").strip().splitlines()[0]

    def __str__(self) -> str:
        return super().__str__() or self.title


class NotFound(AlurError):
    """Data tidak ditemukan"""


class Forbidden(AlurError):
    """Anda tidak berwenang melakukan tindakan ini"""


class NotAuthenticated(AlurError):
    """Anda belum masuk atau sesi telah berakhir"""


class TooManyAttempts(AlurError):
    """Terlalu banyak percobaan masuk"""

    def __init__(self, message: str = "", *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds


class Conflict(AlurError):
    """Tindakan ini bertentangan dengan keadaan terkini"""

    def __init__(self, message: str = "", *, by: str | None = None, at: datetime | None = None) -> None:
        super().__init__(message)
        self.by = by
        self.at = at


class Stale(Conflict):
    """Data telah diubah sejak halaman ini dibuka"""


class DraftChanged(Stale):
    """Draf proses telah disimpan orang lain"""

    def __init__(
        self, message: str = "", *, by: str | None = None, at: datetime | None = None, mine: int, theirs: Saved
    ) -> None:
        super().__init__(message, by=by, at=at)
        self.mine = mine  # the number under which what was sent is kept
        self.theirs = theirs  # the state that counts


class MoveRefused(Conflict):
    """Pelaksanaan ini tidak dapat dipindahkan"""

    def __init__(self, message: str = "", *, element: str | None = None) -> None:
        super().__init__(message)
        self.element = element


class TaskDone(Conflict):
    """Tugas ini sudah dikerjakan"""


class TaskTaken(Conflict):
    """Tugas ini sudah diambil"""


class DuplicateKey(Conflict):
    """Pelaksanaan untuk periode yang sama sudah ada"""

    def __init__(
        self, message: str = "", *, ordinal: int = 2, by: str | None = None, at: datetime | None = None
    ) -> None:
        super().__init__(message, by=by, at=at)
        self.ordinal = ordinal  # the ordinal that the next start with a reason would take


class ReasonRequired(AlurError):
    """Alasan wajib diisi"""


class ConfirmationRequired(AlurError):
    """Kata sandi harus dimasukkan kembali untuk membubuhkan paraf atau tanda tangan"""


class ConfirmationMismatch(Conflict):
    """Dokumen telah berubah sejak ditampilkan untuk ditandatangani"""


class InvalidData(AlurError):
    """Isian belum benar"""

    def __init__(self, errors: Sequence[FieldError] = (), message: str = "") -> None:
        super().__init__(message)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return self.args[0] if self.args and self.args[0] else "; ".join(e.message for e in self.errors) or self.title


class InvalidProcess(AlurError):
    """Diagram atau formulir proses belum benar"""

    def __init__(self, findings: Sequence[object] = (), message: str = "") -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class ProcessStuck(AlurError):
    """Alur proses tidak dapat dilanjutkan"""

    def __init__(self, message: str = "", *, element: str | None = None) -> None:
        super().__init__(message)
        self.element = element


class FileRefused(AlurError):
    """Berkas tidak dapat diterima"""


class FileTooLarge(FileRefused):
    """Ukuran berkas melebihi batas"""


class Busy(AlurError):
    """Sistem sedang sibuk, silakan coba lagi sebentar lagi"""


class FileLost(AlurError):
    """Berkas tidak dapat diambil dari penyimpanan"""


class ExportLost(FileLost):
    """Berkas ini tidak disimpan lagi"""


class StorageFull(AlurError):
    """Ruang penyimpanan server penuh"""


class StorageUnavailable(AlurError):
    """Basis data tidak dapat digunakan"""


class MigrationNeeded(StorageUnavailable):
    """Basis data belum dimutakhirkan"""
