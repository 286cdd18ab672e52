"""Passwords: argon2id, tuned so that a check takes some 50 ms of one core; what makes a password acceptable."""

from __future__ import annotations

import base64
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from process.errors import InvalidData
from process.model import FieldError

MIN_LENGTH = 10
MAX_LENGTH = 200

# above the minimum that OWASP names (19 MiB), about 50 ms on a small server
PASSES, MEMORY_KIB = 2, 32 * 1024
_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
# checks that run at once: a burst of logins must neither exhaust memory nor starve the pages
_GATE = threading.BoundedSemaphore(4)


def _nobodys(passes: int, memory_kib: int) -> str:
    """The hash of no password: random, which costs nothing to make and as much to verify as any other."""
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (16, 32))
    return f"$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${digest}"


# verified when the account does not exist, so that the time of an answer tells nothing
_NOBODY = _nobodys(PASSES, MEMORY_KIB)


def set_cost(*, passes: int = PASSES, memory_kib: int = MEMORY_KIB) -> None:
    """Make passwords at another cost from now on; for tests, in which thousands of checks would cost minutes.

    What was made before stays valid, and is made again at the next login.
    """
    global _HASHER, _NOBODY
    _HASHER = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
    _NOBODY = _nobodys(passes, memory_kib)


def check_new(password: str, username: str) -> None:
    """Raise InvalidData unless this may become the password of that account."""
    if len(password) < MIN_LENGTH:
        _refuse(f"Kata sandi paling sedikit {MIN_LENGTH} karakter.")
    if len(password) > MAX_LENGTH:
        _refuse(f"Kata sandi paling banyak {MAX_LENGTH} karakter.")
    if "\x00" in password or not password.isprintable():
        _refuse("Kata sandi tidak boleh memuat karakter kendali.")
    if password.casefold().strip() == username.casefold():
        _refuse("Kata sandi tidak boleh sama dengan nama akun.")
    if len(set(password)) < 4:
        _refuse("Kata sandi terlalu mudah ditebak: gunakan paling sedikit empat karakter yang berbeda.")


def _refuse(message: str) -> None:
    raise InvalidData([FieldError(("kata_sandi",), "kata_sandi", message)])


def make(password: str) -> str:
    """The hash to store."""
    with _GATE:
        return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the stored hash. With None (no such account) it takes as long, and is False."""
    if len(password) > MAX_LENGTH:
        return False
    with _GATE:
        try:
            return _HASHER.verify(_NOBODY if stored is None else stored, password) and stored is not None
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's, and should be made again at login."""
    return _HASHER.check_needs_rehash(stored)
