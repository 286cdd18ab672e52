"""`make bench`: the figures that the project promises, each beside its baseline, measured on this machine now.

Exit code 1 when one is missed. Nothing here is adjusted to the machine: a busy one shows in the baselines.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import completing, exports, inboxes, large, loops, others, pages, papers, trail, weights
from tests.bench.measure import Row, table

PARTS: dict[str, Callable[[Path], list[Row]]] = {
    "completing": completing.run,
    "pages": pages.run,
    "loops": loops.run,
    "inboxes": inboxes.run,
    "others": others.run,
    "weights": weights.run,
    "large": large.run,
    "exports": exports.run,
    "trail": trail.run,
    "papers": papers.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="part", help=", ".join(PARTS))
    wanted = parser.parse_args().parts or list(PARTS)
    rows: list[Row] = []
    began = time.perf_counter()
    for name in wanted:
        print(f"measuring: {name} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="alur-bench-") as folder:
            rows += PARTS[name](Path(folder))
    print(table(rows))
    missed = sum(row.met is False for row in rows)
    print(f"\n{missed or 'None'} missed; {time.perf_counter() - began:.0f} s.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
