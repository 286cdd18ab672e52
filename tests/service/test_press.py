"""The press: pages laid out at the same time do not know of each other, and it begins and ends as it should."""

import os
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from socket import socketpair

import pytest

from service import built, pdf
from service.pdf import Limits, PrintError
from tests.processes import stat, until

pytestmark = pytest.mark.slow

FACE = '<style>@font-face { font-family: x; src: url("alur-font:print-regular") } body { font-family: x }</style>'
SHORT = f"{FACE}<title>Pendek</title><p>Satu baris"
LONG = f"{FACE}<title>Panjang</title><table>" + "<tr><td>satu<td>dua" * 30_000  # many seconds of the processor
HUGE = f"{FACE}<title>Besar</title><table><td colspan=50000000>"


def children(parent: int) -> set[int]:
    """Ids of the processes that a process started: `pdf` starts one press."""
    found = set()
    for number in map(int, filter(str.isdecimal, os.listdir("/proc"))):
        if stat(number)[1] != parent:
            continue
        try:
            command = Path(f"/proc/{number}/cmdline").read_bytes()
        except OSError:  # it has just ended
            continue
        if str(pdf.PRESS).encode() in command or not command:  # one that is dead and not yet waited for has none
            found.add(number)
    return found


def gone(*processes: int) -> bool:
    """Whether they have ended, with all that they held open, though perhaps nobody has waited for them."""
    return all(stat(one)[0] in "ZX" for one in processes)


@pytest.fixture(scope="module", autouse=True)
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A press with a folder of its own: files that nobody keeps in `sementara`, what is known of fonts in `huruf`."""
    folder = tmp_path_factory.mktemp("cetak")
    (folder / "sementara").mkdir()
    (folder / "kumpulan").mkdir()
    for number in range(96):  # so many that what is known of them does not fit where memory is left in any case
        (folder / "kumpulan" / f"{number}.ttf").symlink_to(built.fonts()["print-regular"])
    (folder / "fonts.conf").write_text(
        f"<fontconfig><dir>{folder / 'kumpulan'}</dir><cachedir>{folder / 'huruf'}</cachedir></fontconfig>"
    )
    pdf.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder / "sementara"))
        patch.setenv("FONTCONFIG_FILE", str(folder / "fonts.conf"))
        yield folder
        pdf.close()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as made:
        yield made


@pytest.fixture
def short() -> bytes:
    return pdf.render(SHORT, "ab")


def the_press() -> int:
    (press,) = children(os.getpid())
    return press


def at_work(press: int) -> set[int]:
    """Its children that have a page: not what is forked while libraries are looked for, nor a page just begun."""
    found = set()
    for child in children(press):
        with suppress(OSError):  # it has just ended
            if "memfd" in os.readlink(f"/proc/{child}/fd/2"):
                found.add(child)
    return found


def stopped(press: int) -> int:
    """The one page that a press has at work, which takes for ever from now on."""
    assert until(lambda: at_work(press))
    (child,) = at_work(press)
    os.kill(child, signal.SIGSTOP)
    return child


def test_a_page_over_its_limits_is_ended_and_hurts_no_other(short: bytes, threads: ThreadPoolExecutor) -> None:
    press = the_press()
    other = threads.submit(pdf.render, LONG, "cd", limits=Limits(processor=1))
    child = stopped(press)
    with pytest.raises(PrintError, match="MemoryError"):
        pdf.render(HUGE, "ab", limits=Limits(memory=200 * 2**20))
    with pytest.raises(PrintError, match="lebih lama daripada 0 detik"):
        pdf.render(LONG, "ab", limits=Limits(seconds=0.2))
    assert until(lambda: children(press) == {child})
    assert pdf.render(SHORT, "ab") == short
    os.kill(child, signal.SIGCONT)
    with pytest.raises(PrintError, match=f"berakhir dengan kode {-signal.SIGKILL}"):
        other.result()
    assert the_press() == press


def test_pages_know_nothing_of_those_before_them(short: bytes, threads: ThreadPoolExecutor) -> None:
    other = pdf.render(SHORT.replace("Satu", "Dua"), "ef")
    pages = [threads.submit(pdf.render, SHORT, "ab") for _ in range(3)]
    assert [page.result() for page in pages] == [short] * 3
    assert other != short
    assert len(children(os.getpid())) == 1, "three threads have one press"


def test_a_process_that_is_killed_leaves_no_press_and_no_layout(short: bytes) -> None:
    other = the_press()
    ours, its = socketpair()
    user = os.fork()
    if user == 0:
        try:
            ours.close()
            pdf.render(SHORT, "ab")  # by a press of its own
            if os.fork() == 0:
                its.recv(1)  # one that has nothing to do with it, and lives longer
                os._exit(0)
            its.send(b"1")
            pdf.render(LONG, "cd")
        finally:
            os._exit(1)
    with ours, its:
        assert ours.recv(1)
        (press,) = children(user)
        child = stopped(press)
        os.kill(user, signal.SIGKILL)
        os.waitpid(user, 0)
        assert until(lambda: gone(press, child))
    assert the_press() == other
    assert pdf.render(SHORT, "ab") == short


def test_a_layout_leaves_no_file_even_when_it_is_ended_and_spoils_none(apart: Path, short: bytes) -> None:
    known = {path: path.read_bytes() for path in (apart / "huruf").iterdir()}
    assert known
    left = set((apart / "sementara").iterdir())
    with pytest.raises(PrintError):
        pdf.render(SHORT, "ab", limits=Limits(memory=1))
    with pytest.raises(PrintError):
        pdf.render(LONG, "cd", limits=Limits(seconds=0.5))
    assert pdf.render(SHORT, "ab") == short
    assert until(lambda: set((apart / "sementara").iterdir()) == left)
    assert {path: path.read_bytes() for path in (apart / "huruf").iterdir()} == known


def test_a_page_that_cannot_be_begun_hurts_no_other(apart: Path, short: bytes, threads: ThreadPoolExecutor) -> None:
    press = the_press()
    other = threads.submit(pdf.render, LONG, "cd", limits=Limits(processor=1))
    child = stopped(press)
    place = apart / "sementara"
    place.rename(apart / "tidak-di-sini")  # as when there is no room left for the folder that a layout has
    try:
        with pytest.raises(PrintError, match="FileNotFoundError"):
            pdf.render(SHORT, "ab")
    finally:
        (apart / "tidak-di-sini").rename(place)
    assert pdf.render(SHORT, "ab") == short
    held = Path(f"/proc/{press}/fd")
    assert until(lambda: sum(one.is_socket() for one in held.iterdir()) == 2), "its own and the other's"
    limits = resource.prlimit(press, resource.RLIMIT_NOFILE)
    used = len(os.listdir(held))
    resource.prlimit(press, resource.RLIMIT_NOFILE, (used + 4, limits[1]))  # an order's four, and none for a child
    try:
        with pytest.raises(PrintError, match="OSError"):
            pdf.render(SHORT, "ab")
    finally:
        resource.prlimit(press, resource.RLIMIT_NOFILE, limits)
    assert children(press) == {child}
    assert len(os.listdir(place)) == 1
    os.kill(child, signal.SIGCONT)
    with pytest.raises(PrintError, match=f"berakhir dengan kode {-signal.SIGKILL}"):
        other.result()
    assert the_press() == press


def test_a_press_that_is_told_to_end_with_all_others_leaves_nothing(
    apart: Path, short: bytes, threads: ThreadPoolExecutor
) -> None:
    press = the_press()
    page = threads.submit(pdf.render, LONG, "cd", limits=Limits(processor=1))
    child = stopped(press)
    for one in (press, child):  # as whoever stops a service tells all its processes
        os.kill(one, signal.SIGTERM)
    os.kill(child, signal.SIGCONT)
    with pytest.raises(PrintError, match=f"berakhir dengan kode {-signal.SIGTERM}"):
        page.result()
    assert not os.listdir(apart / "sementara")
    assert pdf.render(SHORT, "ab") == short
    assert the_press() == press


def test_a_press_that_was_killed_is_replaced_and_takes_with_it_what_it_began(
    short: bytes, threads: ThreadPoolExecutor
) -> None:
    first = the_press()
    os.kill(first, signal.SIGKILL)
    assert until(lambda: gone(first))  # else it may still be asked, and a page is begun no more than twice
    page = threads.submit(pdf.render, LONG, "cd")
    assert until(lambda: children(os.getpid()) - {first})
    press = the_press()  # and nothing is left of the first
    child = stopped(press)
    os.kill(press, signal.SIGKILL)
    assert until(lambda: gone(press, child) and children(os.getpid()) - {press})
    press = the_press()
    stopped(press)  # the page is begun once more
    os.kill(press, signal.SIGKILL)
    with pytest.raises(PrintError, match="terhenti"):
        page.result()
    assert not children(os.getpid())
