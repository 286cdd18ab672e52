"""Settings are read once and say what is wrong in one line."""

import dataclasses
from pathlib import Path

import pytest

from service.settings import VARIABLES, Settings, SettingsError

SECRET = "k" * 32


def test_defaults_are_a_local_sqlite_server(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings.read({})
    assert settings.data_dir == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/alur.sqlite3"
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.cookie_secure
    assert not settings.demo


def test_every_variable_is_read():
    settings = Settings.read(
        {
            "ALUR_DATABASE_URL": "postgresql://a:b@db/alur",
            "ALUR_DATA_DIR": "/srv/alur",
            "ALUR_HOST": "::1",
            "ALUR_PORT": "8123",
            "ALUR_SECRET_KEY": SECRET,
            "ALUR_DEMO": "ya",
            "ALUR_MAX_UPLOAD_MB": "5",
            "ALUR_MAX_EXPORTS_GB": "7",
            "ALUR_SESSION_HOURS": "4",
            "ALUR_IDLE_MINUTES": "30",
            "ALUR_THREADS": "3",
            "ALUR_COOKIE_SECURE": "1",
            "ALUR_TRUSTED_PROXY": "10.0.0.1",
        }
    )
    assert settings == Settings(
        "postgresql+psycopg://a:b@db/alur",
        Path("/srv/alur"),
        "::1",
        8123,
        SECRET,
        True,
        5,
        7,
        4,
        30,
        3,
        True,
        "10.0.0.1",
    )
    assert settings.address == "http://[::1]:8123"
    assert settings.max_upload_bytes == 5 * 1024 * 1024
    assert settings.max_export_bytes == 7 * 10**9
    assert len(VARIABLES) == len(dataclasses.fields(Settings))


def test_demo_mode_needs_neither_key_nor_https():
    settings = Settings.read({"ALUR_DEMO": "1"})
    assert settings.for_service() is settings
    assert not settings.cookie_secure


def test_without_demo_mode_the_service_refuses_to_start_lacking_a_secret_key():
    with pytest.raises(SettingsError, match="ALUR_SECRET_KEY belum diisi"):
        Settings.read({}).for_service()
    assert Settings.read({"ALUR_SECRET_KEY": SECRET}).for_service().secret_key == SECRET


def test_the_secret_is_not_printed():
    assert SECRET not in repr(Settings.read({"ALUR_SECRET_KEY": SECRET}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALUR_PORT", "0"),
        ("ALUR_PORT", "65536"),
        ("ALUR_PORT", "8000x"),
        ("ALUR_PORT", "٨٠٠٠"),
        ("ALUR_PORT", "-1"),
        ("ALUR_PORT", "9" * 5000),
        ("ALUR_HOST", "tidak sah!"),
        ("ALUR_DEMO", "mungkin"),
        ("ALUR_SECRET_KEY", "pendek"),
        ("ALUR_DATABASE_URL", "mysql://x"),
        ("ALUR_DATABASE_URL", "sqlite:///"),
        ("ALUR_THREADS", "0"),
        ("ALUR_TRUSTED_PROXY", "proksi"),
        ("ALUR_COOKIE_SECURE", "2"),
        ("ALUR_SALAH_KETIK", "1"),
    ],
)
def test_a_wrong_value_names_its_variable_in_one_line(name, value):
    with pytest.raises(SettingsError) as caught:
        Settings.read({name: value})
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_frozen_object():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings.read({}).port = 1
