"""The security log holds who was refused what, never a secret, and never more than a disk can bear."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from process.clock import micros
from process.security_log import KEPT, PER_ADDRESS, PER_MINUTE, SecuritySelection
from service import demo


def logged(office, *types):
    with office.store.reading() as tx:
        rows = tx.all(sa.text("SELECT * FROM security_event ORDER BY id"))
    return [row for row in rows if not types or row.type in types]


@pytest.fixture
def auditor(office):
    person = office.people.by_username("auditor").id
    with office.store.reading() as tx:
        return office.people.actor(tx, person, office.clock.now())


def page(office, auditor, *types):
    return office.security_log.page(SecuritySelection(types=types), auditor).rows


def test_what_somebody_may_not_do_or_see_is_logged_with_who_and_where(quarter, office, visitor, auditor):
    task = quarter.draft()
    stranger = visitor("kabag.kesra")
    assert stranger.page(f"/tugas/{task}").status_code in (403, 404)  # a task of others
    assert stranger.page("/administrasi/pegawai").status_code == 403
    assert stranger.send(f"/pelaksanaan/{quarter.instance}/batalkan", {"alasan": "x"}).status_code in (403, 404)
    found = page(office, auditor, "access.refused", "access.not_found")
    paths = {row.data["alamat"] for row in found}
    assert paths >= {f"/tugas/{task}", "/administrasi/pegawai", f"/pelaksanaan/{quarter.instance}/batalkan"}
    assert {row.username for row in found} == {"kabag.kesra"}
    assert {row.address for row in found} == {"127.0.0.1"}
    assert all(row.data["permintaan"] for row in found)


def test_a_forged_submission_is_logged(visitor, office, auditor):
    staff = visitor("staf.prk")
    staff.csrf = "bukan"
    assert staff.submit("/keluar").status_code == 403
    (row,) = page(office, auditor, "access.forged")
    assert (row.username, row.data["cara"], row.data["alamat"]) == ("staf.prk", "POST", "/keluar")


def test_a_session_that_ran_out_is_logged_once(visitor, office, clock, auditor):
    staff = visitor("staf.prk")
    clock.advance(days=2)
    for _ in range(3):
        assert staff.page("/tugas").status_code == 302
    assert [row.username for row in page(office, auditor, "session.expired")] == ["staf.prk"]


def test_no_secret_is_ever_logged(guest, visitor, office):
    """People type a password into the field of the name, or send it where it does not belong."""
    secret = "rahasia-yang-diketik-keliru"
    guest.login(secret, secret)
    guest.login("staf.prk", secret)
    staff = visitor("staf.prk")
    staff.page(f"/administrasi/pegawai?kata_sandi={secret}")
    staff.submit("/administrasi/pegawai/baru", kata_sandi=secret, nama=secret)
    staff.submit("/kata-sandi", lama=secret, baru=secret + "2", ulang=secret + "2")
    staff.submit("/kata-sandi", lama=demo.PASSWORD, baru=secret + "3", ulang=secret + "3")
    assert {row.type for row in logged(office)} >= {"login.failed", "access.refused", "password.check_failed",
                                                    "password.changed"}  # fmt: skip
    with office.store.reading() as tx:
        for table in ("security_event", "event", "event_payload", "login_attempt"):
            for row in tx.all(sa.text(f"SELECT * FROM {table}")):
                assert secret not in "".join(
                    one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in row
                )
    changed = [one for one in office.trail.events("system") if one.type == "person.password_changed"]
    assert [(one.name, one.data["akun"]) for one in changed] == [(changed[0].name, "staf.prk")]


def test_who_is_refused_without_end_does_not_fill_the_disk(office, clock, auditor):
    def refuse(address, times):
        for _ in range(times):
            office.security_log.refused(
                "access.refused", None, address, method="GET", path="/x\x00" * 500, why="uji", request="r"
            )  # fmt: skip

    before = len(logged(office))
    refuse("10.0.0.1", 200)
    kept = logged(office)[before:]
    assert len(kept) == PER_ADDRESS
    assert [row.type for row in kept[-2:]] == ["access.refused", "access.withheld"]
    assert max(len(row.data) for row in kept) < 400
    clock.set(clock.now() + timedelta(minutes=1))
    refuse("10.0.0.1", 1)
    assert page(office, auditor)[0].data["ditahan"] == 200 - PER_ADDRESS
    for number in range(2 * PER_MINUTE // PER_ADDRESS):
        refuse(f"10.0.1.{number}", PER_ADDRESS)
    assert len(logged(office)) - before <= PER_ADDRESS + PER_MINUTE
    assert page(office, auditor)[0].type == "access.withheld", "that what follows is only counted is said"
    clock.set(clock.now() + timedelta(minutes=1))
    refuse("10.0.9.9", 1)
    told = page(office, auditor)[0].data["ditahan"]
    assert told == PER_ADDRESS * (2 * PER_MINUTE // PER_ADDRESS) - PER_MINUTE, "one more is its own address's"


def test_the_security_log_is_kept_for_two_years(office, clock):
    for days in (0, 365, 365):
        clock.set(clock.now() + timedelta(days=days))
        office.security_log.refused("access.refused", None, "10.0.0.1", method="GET", path="/x", why="uji", request="r")
    count = len(logged(office))
    assert office.security_log.trim() == 0
    clock.set(clock.now() + timedelta(seconds=1))
    assert office.security_log.trim() >= 1
    left = logged(office)
    assert len(left) < count
    assert min(row.at for row in left) >= micros(clock.now() - KEPT)
