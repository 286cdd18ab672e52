"""XES and OCEL, read by pm4py: the same cases and events, the nine steps in their order."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from process.selection import Selection
from process.tables import instance as instance_table
from service.exporting.activity import TRANSITIONS
from service.exporting.xes import NAMESPACE

pytestmark = pytest.mark.slow


class _Bare(PathFinder):
    """Finds the packages of pm4py without their `__init__`, which load every algorithm, scipy and matplotlib with them:
    most of what these tests took. Its modules, and so what reads the files, are as they are."""

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = super().find_spec(fullname, path, target) if fullname.partition(".")[0] == "pm4py" else None
        if spec is not None and spec.submodule_search_locations is not None:
            spec.loader = None
        return spec


@pytest.fixture(scope="module")
def pm4py() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "meta_path", [_Bare, *sys.meta_path])
        yield importlib.import_module("pm4py.read")


def test_xes_opens_with_a_case_per_instance_and_the_nine_steps_in_order(
    pm4py, exported, finished, instance, tmp_path: Path
):
    made = exported("xes")
    path = tmp_path / "jejak.xes"
    path.write_bytes(made.content)
    log = pm4py.read_xes(str(path), return_legacy_log_object=False, show_progress_bar=False)
    assert set(log["case:concept:name"]) == {instance}
    recorded = [one for chunk in finished.records.read(Selection(instance=instance), upto=10**6) for one in chunk]
    assert sorted(log["sidik"]) == sorted(one.header.hash.hex() for one in recorded)
    assert len(log) == made.made.events == len(recorded)
    done = log[log["lifecycle:transition"] == "complete"]
    steps = list(dict.fromkeys(done["concept:name"]))
    assert [step.split(".")[0] for step in steps] == [str(n) for n in range(1, 10)]
    fourth = done[done["concept:name"].str.startswith("4.")]
    assert len(fourth) == fourth["concept:instance"].nunique() == 11
    assert set(log["lifecycle:transition"]) <= {*TRANSITIONS.values(), "unknown"}
    at = {one.header.hash.hex(): one.at for one in recorded}
    assert all(at[row.sidik] == row["time:timestamp"].to_pydatetime() for _, row in log.iterrows())


def test_ocel_opens_with_objects_of_each_kind_and_every_event(pm4py, exported, finished, instance, tmp_path: Path):
    made = exported("ocel")
    path = tmp_path / "jejak.json"
    path.write_bytes(made.content)
    log = pm4py.read_ocel2_json(str(path))
    assert len(log.events) == made.made.events == finished.records.count(Selection(), upto=10**6)
    kinds = log.objects.groupby("ocel:type")["ocel:oid"].count().to_dict()
    assert kinds["pelaksanaan"] == 1
    assert kinds["tugas"] == 21
    assert kinds.keys() == {"pelaksanaan", "tugas", "dokumen", "pegawai", "unit", "proses", "kantor"}
    about = log.relations[log.relations["ocel:oid"] == f"pelaksanaan:{instance}"]
    assert len(about) == finished.records.count(Selection(instance=instance), upto=10**6)
    assert {"pelaksanaan", "tugas", "dokumen", "pelaku", "perihal"} <= set(log.relations["ocel:qualifier"])


def test_part_of_the_events_still_names_their_steps(exported, instance):
    """What a task belongs to was said by an event that is not selected."""
    made = exported("xes", Selection(instance=instance, types=("document.written",)))
    events = etree.fromstring(made.content).findall(f".//{{{NAMESPACE}}}event")
    assert len(events) == made.made.events
    names = [one.find(f"{{{NAMESPACE}}}string[@key='concept:name']").get("value") for one in events]
    assert all(name[0].isdigit() for name in names[1:])  # the first was written by the start


def test_what_happened_in_no_instance_is_not_in_xes_and_is_in_ocel(exported):
    selection = Selection(types=("person.added",))
    assert exported("xes", selection).made.events == 0
    assert exported("ocel", selection).made.events > 0


AWKWARD = "<b>&\"'=1+1\u202eعبد\x01\x1b\ufffe</b>"


def test_awkward_names_leave_both_readable(exported, finished, note, instance):
    with finished.store.transaction() as tx:
        tx.execute(instance_table.update().values(title=AWKWARD))
    note({"dokumen": 5, "rincian": [{"tugas": 7}, "x"]}, name=AWKWARD, title=AWKWARD)
    root = etree.fromstring(exported("xes").content)
    title = root.find(f".//{{{NAMESPACE}}}trace/{{{NAMESPACE}}}string[@key='judul']").get("value")
    assert title == AWKWARD.replace("\x01", "\ufffd").replace("\x1b", "\ufffd").replace("\ufffe", "\ufffd")
    data = json.loads(exported("ocel").content)
    (named,) = [one for one in data["events"] if {"name": "pelaku", "value": AWKWARD} in one["attributes"]]
    assert named["id"] == f"system#{max(int(e['id'].split('#')[1]) for e in data['events'] if 'system' in e['id'])}"


def test_objects_and_events_of_ocel_are_there_once(exported):
    data = json.loads(exported("ocel").content)
    ids = [one["id"] for one in data["objects"]]
    assert len(ids) == len(set(ids))
    about = {link["objectId"] for one in (*data["events"], *data["objects"]) for link in one["relationships"]}
    assert about <= set(ids)
    assert {one["type"] for one in data["objects"]} <= {one["name"] for one in data["objectTypes"]}
    assert {one["type"] for one in data["events"]} <= {one["name"] for one in data["eventTypes"]}
