from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.settings import Settings, is_loopback


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, field in Settings.model_fields.items():
        monkeypatch.delenv(str(field.validation_alias or f"GATEWAY_{name.upper()}"), raising=False)
    monkeypatch.chdir(tmp_path)


def test_with_nothing_set_the_graph_is_embedded_and_the_gateway_for_this_machine_only() -> None:
    settings = Settings()
    assert settings.neo4j_uri is None
    assert is_loopback(settings.host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_a_host_that_others_reach_is_refused_until_it_is_said_to_be_meant(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError, match="GATEWAY_INSECURE=1"):
        Settings(host=host)
    monkeypatch.setenv("GATEWAY_INSECURE", "1")
    assert Settings(host=host).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_a_host_of_this_machine_is_taken(host: str) -> None:
    assert Settings(host=host).host == host


def test_a_setting_is_read_from_the_environment_or_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "GATEWAY_PORT=9001\nNEO4J_URI=bolt://graph:7687\nGATEWAY_LOG_LEVEL=error\n"
        "GATEWAY_ALLOWED_ORIGINS=https://a.example, https://b.example\n"
    )
    monkeypatch.setenv("GATEWAY_LOG_LEVEL", "warning")
    settings = Settings()
    assert settings.port == 9001
    assert settings.neo4j_uri == "bolt://graph:7687"
    assert settings.log_level == "warning"
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


def test_the_demo_is_on_the_embedded_graph_whatever_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NEO4J_URI", "bolt://production:7687")
    assert Settings(neo4j_uri=None).neo4j_uri is None


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", "correct horse")
    settings = Settings()
    assert settings.neo4j_password.get_secret_value() == "correct horse"
    assert "correct horse" not in repr(settings)


def test_trusted_documents_only_without_any_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_TRUSTED_ONLY", "1")
    with pytest.raises(ValidationError, match="GATEWAY_TRUSTED_DOCUMENTS"):
        Settings()
    monkeypatch.setenv("GATEWAY_TRUSTED_DOCUMENTS", "persisted-documents.json")
    assert Settings().trusted_documents == Path("persisted-documents.json")


@pytest.mark.parametrize(
    ("name", "value"),
    [("GATEWAY_PORT", "70000"), ("GATEWAY_EMBEDDED_HEAP", "lots"), ("GATEWAY_DEFAULT_COUNTRY", "Germany")],
)
def test_a_value_that_cannot_be_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()
