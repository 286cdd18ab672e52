"""The one place that reads the wall clock. Everything else receives `now` as an argument."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """The instant as the database stores it: whole microseconds since 1970 in UTC."""
    return (at - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """The aware UTC datetime of stored microseconds."""
    return _EPOCH + timedelta(microseconds=value)


def instant_or_none(value: int | None) -> datetime | None:
    return None if value is None else instant(value)


def micros_or_none(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


class Clock(Protocol):
    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until `event` is set, or until `seconds` of this clock have passed; True when it was set."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the seam

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait(seconds)


class ManualClock:
    """A clock that stands still until it is told to move: for tests and demonstrations."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock needs an aware datetime")
        self._now = start.astimezone(UTC)
        self._moved = threading.Condition()

    def now(self) -> datetime:
        with self._moved:
            return self._now

    def set(self, at: datetime) -> None:
        with self._moved:
            self._now = at.astimezone(UTC)
            self._moved.notify_all()

    def advance(self, delta: timedelta | None = None, **parts: float) -> datetime:
        """Move by `delta`, or by the parts of a timedelta (`hours=1`), and return the new instant."""
        with self._moved:
            self._now += timedelta(**parts) if delta is None else delta
            self._moved.notify_all()
            return self._now

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Waits in real slices, because the event may be set by another thread while this clock stands still."""
        until = self.now() + timedelta(seconds=seconds)
        while not event.is_set() and self.now() < until:
            with self._moved:
                self._moved.wait(0.02)
        return event.is_set()
