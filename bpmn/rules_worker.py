"""The publication check itself, and the process of its own in which untrusted files are read.

Run as ``python -m bpmn.rules_worker`` it answers requests on standard input until that ends: four bytes of length and a
JSON object with the diagram and its forms in base64, and the seconds of the processor that the check may take; the
answer is framed alike and holds the findings. When those seconds are used up, the kernel ends the process (SIGPROF).
Its memory is bounded and it can write no file.
"""

from __future__ import annotations

import base64
import resource
import signal
import sys
from collections.abc import Mapping
from typing import BinaryIO

import orjson

from bpmn import form_rules
from bpmn.build import build
from bpmn.codes import Report
from bpmn.compile import read
from bpmn.errors import DiagramError
from bpmn.model import Finding

MAX_MEMORY = 1536 * 1024 * 1024


def findings(xml: bytes, forms: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Everything that the check has to say, errors first; done here and now, in the process of the caller."""
    report = Report()
    try:
        result = read(xml, report)
    except DiagramError as error:
        return error.findings
    if result.process is not None:
        lines = {node.id: node.line for node in result.drawing.nodes.values()}
        lines |= {flow.id: flow.line for flow in result.drawing.flows}
        form_rules.check(result.process, forms, lines, report)
        build(result.process, result.drawing)
    return tuple(sorted(report.findings, key=lambda finding: finding.severity))


def read_frame(stream: BinaryIO) -> bytes | None:
    """One framed message; None at the end of the stream."""
    head = stream.read(4)
    return stream.read(int.from_bytes(head, "big")) if len(head) == 4 else None


def frame(message: bytes) -> bytes:
    """A message with its length before it."""
    return len(message).to_bytes(4, "big") + message


def request(xml: bytes, forms: Mapping[str, bytes], seconds: float) -> bytes:
    """A request as the worker reads it."""
    encoded = {name: base64.b64encode(source).decode() for name, source in forms.items()}
    return orjson.dumps({"xml": base64.b64encode(xml).decode(), "forms": encoded, "seconds": seconds})


def answer(message: bytes) -> bytes:
    """The answer to a request."""
    data = orjson.loads(message)
    signal.setitimer(signal.ITIMER_PROF, data["seconds"])  # of the processor, whatever else the machine does
    forms = {name: base64.b64decode(source) for name, source in data["forms"].items()}
    return orjson.dumps(
        [[f.code, f.severity, f.element, f.message, f.line] for f in findings(base64.b64decode(data["xml"]), forms)]
    )


def main() -> None:
    """Answers until standard input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (message := read_frame(sys.stdin.buffer)) is not None:
        reply = answer(message)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.buffer.write(frame(reply))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
