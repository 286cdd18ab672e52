"""What the events of an instance say its rows must be: instance, tasks, documents, signatures, attachments, print-outs.

The events are followed one by one, as they come; what they add up to is then compared with the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from process.audit import Link, Misfit
from process.model import TaskState
from process.proof_found import Found
from process.proof_rows import UNKNOWN, Findings, Told

DOCUMENT = ("key", "item", "number")


class InstanceTold:
    """Follows the events of one instance."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.row: dict[str, Any] = {}
        self.version: tuple[Any, Any] = (UNKNOWN, UNKNOWN)  # number, digest
        self.tasks: dict[str, dict[str, Any]] = {}
        self.documents: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.signatures: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.attachments: dict[Any, dict[str, Any]] = {}
        self.printouts: dict[Any, dict[str, Any]] = {}
        self.seqs: dict[Any, int] = {}  # key of a row -> the event that last said something of it
        self.vague: set[str] = set()  # tables of which an erased payload told something, so that not all is known

    def follow(self, link: Link, told: Told) -> None:
        handler = _HANDLERS.get(link.type)
        if handler is not None:
            handler(self, link, told)

    # -- the instance and its tasks ---------------------------------------------------------------------------------

    def _started(self, link: Link, told: Told) -> None:
        self.row = {
            "business_key": told.must("kunci"),
            "ordinal": told.must("ke"),
            "title": told.must("judul"),
            "state": "running",
            "starter": link.actor,
            "starter_name": told.by("nama"),
            "starter_title": told.by("jabatan"),
            "starter_unit": told.by("unit"),
            "started": link.at,
            "finished": None,
        }
        self.version = (told.must("versi"), told.must("sidik"))
        self.seqs["instance"] = link.seq

    def _ended(self, link: Link, told: Told) -> None:
        self.row |= {"state": link.type.removeprefix("instance."), "finished": link.at}
        self.seqs["instance"] = link.seq
        self._obsolete(link, told)

    def _obsolete(self, link: Link, told: Told) -> None:
        if told.erased:  # which of those that were open is not known
            self._open_unknown("state", "completed")
        for task in told.data.get("tugas") or ():
            self._task(task, link, state=TaskState.OBSOLETE.value, completed=link.at)

    def _moved(self, link: Link, told: Told) -> None:
        self.version = (told.must("ke"), told.must("sidik_baru"))
        self.seqs["instance"] = link.seq
        if told.erased:
            self._open_unknown("unit", "role")
        for one in told.data.get("tugas") or ():
            self._task(one["tugas"], link, unit=one.get("unit", UNKNOWN), role=one.get("peran", UNKNOWN))
        left = told.data.get("tertinggal")
        old = told.must("dari")
        for task in self.tasks.values():
            ended = task.get("completed") is not None
            if left is None:
                task["version"] = UNKNOWN if ended else task.get("version")
            elif ended and task.get("version") is None and task.get("element") in left["langkah"]:
                task["version"] = old
        for document in self.documents.values():
            if left is None:
                document["version"] = UNKNOWN
            elif document.get("version") is None and [document["key"], document["form"]] in left["dokumen"]:
                document["version"] = old

    def _available(self, link: Link, told: Told) -> None:
        if told.erased:
            self.vague.add("user_task")
            return
        for one in told.data.get("rincian") or [told.data]:
            holder = one.get("pemegang")
            new = {
                "element": link.element,
                "item": one.get("item", ""),
                "pass": told.must("lintasan"),
                "role": told.must("peran"),
                "unit": one.get("unit", UNKNOWN),
                "assignee": holder,
                "state": (TaskState.READY if holder is None else TaskState.RESERVED).value,
                "skipped": False,
                "available": link.at,
                "claimed": None if holder is None else link.at,
                "completed": None,
                "due": one.get("batas"),
                "late": None,
                "returned": False,
                "note": None,
                "returned_by": None,
                "completed_by": None,
                "position": None,
                "version": None,
            }
            self._task(one.get("tugas"), link, **(new | self.tasks.get(one.get("tugas"), {})))

    def _returned(self, link: Link, told: Told) -> None:
        """Stands before the event that says that the task is available."""
        self._task(
            link.task, link, returned=True, note=told.may("catatan"),
            returned_by=told.may("dari_tugas", UNKNOWN if "kembali_dari" in told.data else None),
        )  # fmt: skip

    def _claimed(self, link: Link, told: Told) -> None:
        self._task(link.task, link, assignee=link.actor, claimed=link.at, state=TaskState.RESERVED.value)

    def _released(self, link: Link, told: Told) -> None:
        self._task(link.task, link, assignee=None, claimed=None, state=TaskState.READY.value)

    def _reassigned(self, link: Link, told: Told) -> None:
        state = TaskState.RESERVED.value
        self._task(link.task, link, assignee=told.must("kepada"), claimed=link.at, state=state)

    def _completed(self, link: Link, told: Told) -> None:
        self._task(
            link.task, link, assignee=link.actor, completed=link.at, completed_by=link.actor, position=link.position,
            state=TaskState.COMPLETED.value,
        )  # fmt: skip

    def _skipped(self, link: Link, told: Told) -> None:
        self._task(
            link.task, link, assignee=None, completed=link.at, position=None, skipped=True,
            state=TaskState.COMPLETED.value,
        )  # fmt: skip

    def _late(self, link: Link, told: Told) -> None:
        self._each(link, told, "late", "jatuh_tempo")

    def _due_changed(self, link: Link, told: Told) -> None:
        self._each(link, told, "due", "sesudah")

    def _each(self, link: Link, told: Told, column: str, name: str) -> None:
        if told.erased:  # of whom it spoke is not known
            for task in self.tasks.values():
                task[column] = UNKNOWN
        for one in told.data.get("rincian") or ():
            self._task(one["tugas"], link, **{column: told.data.get(name)})

    def _open_unknown(self, *columns: str) -> None:
        for task in self.tasks.values():
            if task.get("completed") is None:
                task.update(dict.fromkeys(columns, UNKNOWN))

    def _task(self, task: Any, link: Link, **values: Any) -> None:
        self.tasks.setdefault(task, {}).update(values)
        self.seqs["user_task", task] = link.seq

    # -- documents --------------------------------------------------------------------------------------------------

    def _written(self, link: Link, told: Told) -> None:
        key = (told.must("dokumen"), told.may("item", ""), told.must("versi"))
        if UNKNOWN in key:
            self.vague.add("document_version")
            return
        self.documents[key] = {
            **dict(zip(DOCUMENT, key, strict=True)),
            "digest": _bytes(told.must("sidik")),
            "state": told.may("keadaan"),
            "form": told.must("formulir"),
            "task": link.task,
            "written_at": link.at,
            "person": link.actor,
            "position": link.position,
            "version": None,
        }
        self.seqs["document_version", key] = link.seq

    def _signed(self, link: Link, told: Told) -> None:
        item = self.tasks.get(link.task or "", {}).get("item", UNKNOWN)
        document = (told.must("dokumen"), item, told.must("versi"))
        if UNKNOWN in document:
            self.vague.add("signature")
            return
        kind = "paraf" if link.type == "document.paraf" else "tandatangan"
        self.signatures[(*document, kind, link.task)] = {
            "kind": kind,
            "digest": _bytes(told.must("sidik")),
            "task": link.task,
            "person": link.actor,
            "position": link.position,
            "name": told.by("nama"),
            "title": UNKNOWN if told.by("jabatan") is UNKNOWN else told.by("jabatan") or "",
            "label": told.must("label"),
            "at": link.at,
        }
        self.seqs["signature", (*document, kind, link.task)] = link.seq

    def _attached(self, link: Link, told: Told) -> None:
        key = told.must("lampiran")
        if key is UNKNOWN:
            self.vague.add("attachment")
            return
        self.attachments[key] = {
            "sha256": told.must("sha256"),
            "name": told.must("berkas"),
            "media_type": told.must("jenis"),
            "size": told.must("ukuran"),
            "task": link.task,
            "uploaded_by": link.actor,
            "at": link.at if link.task is not None else told.must("diunggah"),
        }
        self.seqs["attachment", key] = link.seq

    def _printed(self, link: Link, told: Told) -> None:
        key = told.must("cetakan")
        if key is UNKNOWN:
            self.vague.add("printout")
            return
        document = (told.must("dokumen"), told.may("item", ""), told.must("versi"))
        self.printouts[key] = {
            "document": UNKNOWN if UNKNOWN in document else document,
            "title": told.must("judul"),
            "sha256": told.must("sha256"),
            "size": told.must("ukuran"),
            "layout": told.must("tata_letak"),
            "task": told.must("tugas"),
            "asked_at": told.must("diminta"),
            "made_at": link.at,
            "state": "ready",
            "error": None,
        }
        self.seqs["printout", key] = link.seq

    # -- comparing --------------------------------------------------------------------------------------------------

    def compare(self, found: Found) -> list[Misfit]:
        """What in the tables is not what the events say."""
        findings = Findings(self.name)
        seqs = {table: {key[1]: seq for key, seq in self.seqs.items() if key[0] == table} for table in _TABLES}
        self._instance(found, findings)
        documents = {tuple(row[name] for name in DOCUMENT): row for row in found.documents}
        by_id = {row["id"]: key for key, row in documents.items()}
        for expected in (*self.tasks.values(), *self.documents.values()):
            if expected.get("version") not in (None, UNKNOWN):
                expected["version"] = found.version_id(expected["version"])
        for task, row in found.tasks.items():
            if task in self.tasks:
                self.tasks[task] |= found.step(row)
        findings.compare(
            "user_task", self.tasks, found.tasks, seqs["user_task"], tolerant="user_task" in self.vague
        )  # fmt: skip
        findings.compare(
            "document_version", self.documents, documents, seqs["document_version"],
            tolerant="document_version" in self.vague,
        )  # fmt: skip
        for key, row in documents.items():
            if not found.content_fits(row):
                findings.add("row_altered", "document_version", "/".join(map(str, key)), ("data", "same_as"))
        signed = {
            (*by_id.get(row["document_version"], ("?", "?", "?")), row["kind"], row["task"]): row
            for row in found.signatures
        }
        findings.compare(
            "signature", self.signatures, signed, seqs["signature"], tolerant="signature" in self.vague
        )  # fmt: skip
        if len(signed) != len(found.signatures):
            findings.add("row_inserted", "signature", self.name)
        for attached in self.attachments.values():
            attached["process"] = None if attached["task"] is not None else found.row["process_id"]
        findings.compare(
            "attachment", self.attachments, found.attachments, seqs["attachment"],
            tolerant="attachment" in self.vague,
        )  # fmt: skip
        self._prints(found, by_id, seqs["printout"], findings)
        return findings.found

    def _instance(self, found: Found, findings: Findings) -> None:
        expected: dict[str, Any] = dict(self.row)
        number, digest = self.version
        if number is not UNKNOWN and digest is not UNKNOWN:
            expected["version"] = found.version_id(number, digest)
        expected |= {"process_id": found.process_id, "owner_unit": found.owner_unit}
        columns = [name for name in expected if name in found.row and _differs(expected[name], found.row[name])]
        newest: dict[str, dict[str, list[int]]] = {}
        for row in sorted(found.documents, key=lambda one: int(one["number"])):
            newest.setdefault(row["key"], {})[row["item"]] = [row["id"], row["number"]]
        if found.pointers != newest:
            columns.append("documents")
        if columns:
            findings.add("row_altered", "instance", found.row["id"], columns, self.seqs.get("instance", 0))

    def _prints(self, found: Found, by_id: Mapping[int, Any], seqs: Mapping[Any, int], findings: Findings) -> None:
        made = {
            key: {**row, "document": by_id.get(row["document_version"])}
            for key, row in found.printouts.items()
            if row["state"] == "ready" or row["sha256"] is not None or key in self.printouts
        }
        findings.compare("printout", self.printouts, made, seqs, tolerant="printout" in self.vague)


def _differs(expected: Any, found: Any) -> bool:
    return expected is not UNKNOWN and expected != found


def _bytes(digest: Any) -> Any:
    return bytes.fromhex(digest) if isinstance(digest, str) else digest


_TABLES = ("user_task", "document_version", "signature", "attachment", "printout")
_HANDLERS: Mapping[str, Callable[[InstanceTold, Link, Told], None]] = {
    "instance.started": InstanceTold._started,
    "instance.finished": InstanceTold._ended,
    "instance.cancelled": InstanceTold._ended,
    "instance.moved": InstanceTold._moved,
    "task.available": InstanceTold._available,
    "task.returned": InstanceTold._returned,
    "task.claimed": InstanceTold._claimed,
    "task.released": InstanceTold._released,
    "task.reassigned": InstanceTold._reassigned,
    "task.completed": InstanceTold._completed,
    "task.skipped": InstanceTold._skipped,
    "task.obsolete": InstanceTold._obsolete,
    "task.late": InstanceTold._late,
    "task.due_changed": InstanceTold._due_changed,
    "document.written": InstanceTold._written,
    "document.paraf": InstanceTold._signed,
    "document.signed": InstanceTold._signed,
    "attachment.added": InstanceTold._attached,
    "printout.made": InstanceTold._printed,
}
