"""How long a large form takes to load: 120 fixed rows of 12 columns, with conditions and a computed value in each."""

import json
import time
from datetime import UTC, datetime
from decimal import Decimal

from forms import load_form

ROWS, COLUMNS = 120, 12
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CAPAIAN = "=if this.target = null or this.target = 0 then null else this.realisasi / this.target * 100"


def large_form():
    """The form, what it starts with, and a submission."""
    columns = [
        {"type": "number", "key": "target", "readonly": True},
        {"type": "checkbox", "key": "belum"},
        {"type": "number", "key": "realisasi", "conditional": {"hide": "=this.belum = true"}},
        {"type": "textfield", "key": "alasan", "conditional": {"hide": "=this.belum != true"}},
        {"type": "expression", "key": "capaian", "expression": CAPAIAN},
        *({"type": "textarea", "key": f"teks{n}", "validate": {"maxLength": 2000}} for n in range(COLUMNS - 5)),
    ]
    rows = {"type": "dynamiclist", "id": "baris", "path": "baris", "allowAddRemove": False}
    rows["components"] = [{**column, "id": column["key"]} for column in columns]
    form = load_form(json.dumps({"id": "besar", "type": "default", "schemaVersion": 19, "components": [rows]}))
    initial = {"baris": [{"target": Decimal(n)} for n in range(ROWS)]}
    texts = {f"teks{n}": "Faktor pendorong pada triwulan ini." for n in range(COLUMNS - 5)}
    given = [{"realisasi": Decimal(n), "belum": n % 5 == 0, "alasan": "x", **texts} for n in range(ROWS)]
    return form, initial, {"baris": given}


def seconds(rounds=20):
    """Seconds of each round."""
    form, initial, submitted = large_form()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        form.load(submitted, initial=initial, now=NOW)
        taken.append(time.perf_counter() - started)
    return taken
