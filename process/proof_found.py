"""The rows of an instance as the check of the record finds them, and the versions of processes that they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from process.proof_rows import UNKNOWN, Row


class Found:
    """The rows of one instance as stored."""

    def __init__(self, row: Row, pointers: object, versions: Versions) -> None:
        self.row = row
        self.pointers = pointers
        self.tasks: dict[str, dict[str, Any]] = {}
        self.documents: list[dict[str, Any]] = []
        self.signatures: list[dict[str, Any]] = []
        self.attachments: dict[str, dict[str, Any]] = {}
        self.printouts: dict[str, dict[str, Any]] = {}
        self.contents: dict[int, bytes | None] = {}  # document version -> SHA-256 of its own bytes
        self._versions = versions
        known = versions.by_id.get(row["version"])
        self.process_id = known.process_id if known else row["process_id"]
        self.owner_unit = versions.owners.get(self.process_id, UNKNOWN)

    def version_id(self, number: Any, digest: Any = UNKNOWN) -> int | None:
        """The version of this instance's process with that number (and digest)."""
        return self._versions.find(self.process_id, number, digest)

    def step(self, row: Row) -> dict[str, Any]:
        """Number, name and role of a task as its version draws them."""
        return self._versions.step(row["version"] or self.row["version"], row["element"])

    def content_fits(self, row: Row) -> bool:
        """Whether a document's bytes are those that its digest names; kept by itself or by an equal document."""
        own = self.contents.get(row["id"])
        if (row["same_as"] is None) == (own is None):
            return False
        digest = own if own is not None else self.contents.get(row["same_as"])
        return digest == row["digest"]


class Versions:
    """The versions of processes, as far as the checks of instances need them."""

    def __init__(self, owners: Mapping[str, str], step: Callable[[int, str], dict[str, Any]]) -> None:
        self.owners = owners
        self.by_id: dict[int, Any] = {}
        self.step = step

    def find(self, process_id: str, number: Any, digest: Any) -> int | None:
        for version_id, row in self.by_id.items():
            if (row.process_id, row.number) == (process_id, number) and digest in (UNKNOWN, row.digest):
                return version_id
        return None
