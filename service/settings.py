"""The settings of a running Alur: the ALUR_* variables, read once into a frozen object that says what is wrong."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MIN_SECRET = 32
_TRUE, _FALSE = {"1", "ya", "true", "on", "yes"}, {"", "0", "tidak", "false", "off", "no"}
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")

# name → (default shown to people, meaning); the source of `alur serve --help` and of the docs
VARIABLES: Mapping[str, tuple[str, str]] = {
    "ALUR_DATABASE_URL": (
        "sqlite di ALUR_DATA_DIR",
        "alamat basis data: sqlite:///berkas atau postgresql+psycopg://…",
    ),
    "ALUR_DATA_DIR": ("var", "folder data: basis data SQLite, lampiran, cetakan"),
    "ALUR_HOST": ("127.0.0.1", "alamat yang dilayani"),
    "ALUR_PORT": ("8000", "porta yang dilayani, 1–65535"),
    "ALUR_SECRET_KEY": ("—", f"kunci rahasia, paling sedikit {MIN_SECRET} karakter; wajib di luar modus demonstrasi"),
    "ALUR_DEMO": ("0", "1: modus demonstrasi dengan kata sandi yang diketahui umum"),
    "ALUR_MAX_UPLOAD_MB": ("20", "ukuran terbesar satu lampiran dalam MB, 1–500"),
    "ALUR_MAX_EXPORTS_GB": (
        "10",
        "ukuran seluruh berkas ekspor dan arsip yang disimpan bersama-sama, dalam GB, 1–10000",
    ),
    "ALUR_SESSION_HOURS": ("10", "masa berlaku masuk dalam jam, 1–168"),
    "ALUR_IDLE_MINUTES": ("120", "batas menganggur sebelum harus masuk lagi, dalam menit, 5–1440"),
    "ALUR_THREADS": ("8", "banyaknya permintaan yang dilayani bersamaan, 1–64"),
    "ALUR_COOKIE_SECURE": ("1; 0 dalam modus demonstrasi", "kuki hanya melalui HTTPS"),
    "ALUR_TRUSTED_PROXY": ("—", "alamat IP proksi yang dipercaya meneruskan alamat pengguna"),
}


class SettingsError(ValueError):
    """A setting that cannot be used; the message is one line for the operator, in Indonesian, naming the variable."""


@dataclass(frozen=True)
class Settings:
    """What a server needs to know before it starts. Build it with `Settings.read(os.environ)`."""

    database_url: str
    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    secret_key: str = field(default="", repr=False)
    demo: bool = False
    max_upload_mb: int = 20
    max_exports_gb: int = 10
    session_hours: int = 10
    idle_minutes: int = 120
    threads: int = 8
    cookie_secure: bool = True
    trusted_proxy: str | None = None

    @property
    def address(self) -> str:
        """The address to type into a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def max_upload_bytes(self) -> int:
        """Largest size of one attachment, in bytes."""
        return self.max_upload_mb * 1024 * 1024

    @property
    def max_export_bytes(self) -> int:
        """Largest size of all kept exports and archive bundles together, in bytes."""
        return self.max_exports_gb * 10**9

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check every ALUR_* variable; raises SettingsError. Does not yet ask for a secret key."""
        unknown = sorted(
            name
            for name in environ
            if name.startswith("ALUR_") and name not in VARIABLES and not name.startswith("ALUR_TEST_")
        )
        if unknown:
            raise SettingsError(f"Variabel {unknown[0]} tidak dikenal. Yang dikenal: {', '.join(VARIABLES)}.")
        demo = _flag(environ, "ALUR_DEMO", False)
        data_dir = Path(environ.get("ALUR_DATA_DIR", "").strip() or "var").expanduser().absolute()
        host = environ.get("ALUR_HOST", "").strip() or "127.0.0.1"
        if not _is_address(host) and not _HOST.fullmatch(host):
            raise SettingsError(f"ALUR_HOST “{host}” bukan alamat yang sah. Contoh: 127.0.0.1 atau 0.0.0.0.")
        secret = environ.get("ALUR_SECRET_KEY", "").strip()
        if secret and len(secret) < MIN_SECRET:
            raise SettingsError(
                f"ALUR_SECRET_KEY terlalu pendek ({len(secret)} karakter); paling sedikit {MIN_SECRET}. {_MAKE_ONE}"
            )
        proxy = environ.get("ALUR_TRUSTED_PROXY", "").strip() or None
        if proxy and not _is_address(proxy):
            raise SettingsError(f"ALUR_TRUSTED_PROXY “{proxy}” bukan alamat IP. Contoh: 127.0.0.1.")
        return cls(
            database_url=_database_url(environ.get("ALUR_DATABASE_URL", "").strip(), data_dir),
            data_dir=data_dir,
            host=host,
            port=_number(environ, "ALUR_PORT", 8000, 1, 65535),
            secret_key=secret,
            demo=demo,
            max_upload_mb=_number(environ, "ALUR_MAX_UPLOAD_MB", 20, 1, 500),
            max_exports_gb=_number(environ, "ALUR_MAX_EXPORTS_GB", 10, 1, 10_000),
            session_hours=_number(environ, "ALUR_SESSION_HOURS", 10, 1, 168),
            idle_minutes=_number(environ, "ALUR_IDLE_MINUTES", 120, 5, 1440),
            threads=_number(environ, "ALUR_THREADS", 8, 1, 64),
            cookie_secure=_flag(environ, "ALUR_COOKIE_SECURE", not demo),
            trusted_proxy=proxy,
        )

    def for_service(self) -> Settings:
        """These settings, when a service may start with them: outside demonstration mode a secret key is needed."""
        if not self.secret_key and not self.demo:
            raise SettingsError(
                f"ALUR_SECRET_KEY belum diisi; tanpa modus demonstrasi layanan tidak dijalankan. {_MAKE_ONE}"
            )
        return self


_MAKE_ONE = 'Buat dengan: python3 -c "import secrets; print(secrets.token_hex(32))"'


def _database_url(text: str, data_dir: Path) -> str:
    if not text:
        return f"sqlite:///{data_dir / 'alur.sqlite3'}"
    if text.startswith(("postgres://", "postgresql://")):  # as operators write it; the driver is ours to choose
        return "postgresql+psycopg://" + text.split("://", 1)[1]
    if text.startswith("postgresql+psycopg://"):
        return text
    if text.startswith("sqlite:///") and len(text) > len("sqlite:///"):
        return text
    raise SettingsError(
        "ALUR_DATABASE_URL tidak dapat dipakai. Contoh: sqlite:////srv/alur/alur.sqlite3 "
        "atau postgresql://pengguna:sandi@localhost/alur."
    )


def _flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    if name not in environ:
        return default
    text = environ[name].strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise SettingsError(f"{name} harus 1 atau 0, bukan “{environ[name]}”.")


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most or len(text) > 9:
        raise SettingsError(f"{name} harus bilangan bulat {least}–{most}, bukan “{text[:40]}”.")
    return int(text)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
