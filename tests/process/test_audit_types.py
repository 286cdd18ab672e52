"""The event types are a promise: one list, in the code and in the docs, that only grows."""

from __future__ import annotations

import re
from pathlib import Path

from process.audit import MISFITS, TYPES
from process.vouched import VOUCHED, WORKING

DOCS = Path(__file__).parents[2] / "docs" / "audit.md"
# What stands here has been written to somebody's record. Add new types; never take one away or give it another name.
FROZEN = [
    "instance.started",
    "instance.finished",
    "instance.cancelled",
    "instance.moved",
    "task.available",
    "task.claimed",
    "task.released",
    "task.reassigned",
    "task.completed",
    "task.returned",
    "task.late",
    "task.skipped",
    "task.amended",
    "task.obsolete",
    "task.due_changed",
    "timer.fired",
    "attachment.added",
    "document.written",
    "document.paraf",
    "document.signed",
    "printout.made",
    "version.proposed",
    "version.approved",
    "version.rejected",
    "version.published",
    "version.revoked",
    "person.added",
    "person.changed",
    "person.disabled",
    "person.enabled",
    "person.password_reset",
    "person.password_changed",
    "position.added",
    "position.ended",
    "position.changed",
    "unit.added",
    "unit.changed",
    "calendar.added",
    "calendar.changed",
    "setting.changed",
    "stream.sealed",
    "payload.erased",
    "trail.exported",
    "trail.verified",
    "archive.made",
]


def section(title):
    """What stands under a heading of the docs."""
    return DOCS.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_event_types_are_never_renamed():
    assert [one for one in FROZEN if one not in TYPES] == []
    assert sorted(TYPES) == sorted(FROZEN), "add the new type to FROZEN too"


def test_the_docs_list_every_event_type_with_its_words():
    listed = dict(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| ([^|]+) \|", section("Event types"), flags=re.MULTILINE))
    assert listed == dict(TYPES)


def test_the_docs_say_what_counts_and_what_may_be_wrong():
    told = section("What a check covers")
    assert dict(re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \|$", told, flags=re.MULTILINE)) == {**WORKING, **MISFITS}
    for table, columns in VOUCHED.items():
        shown = ", ".join(f"`{name}`" for name in columns.told.split())
        assert f"| `{table}` | {shown} |" in told
