"""Settings: the environment, secrets from mounted files, clear words for what cannot be used."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.core.config import Settings


class TestSecretFiles:
    def test_file_gives_the_address_and_the_variable_wins(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "mongo"
        file.write_text("mongodb://app:secret@db/finnami\n")
        monkeypatch.delenv("FINNAMI_MONGO_URL", raising=False)
        monkeypatch.setenv("FINNAMI_MONGO_URL_FILE", str(file))
        assert Settings().mongo_url == "mongodb://app:secret@db/finnami"
        monkeypatch.setenv("FINNAMI_MONGO_URL", "mongodb://other/finnami")
        assert Settings().mongo_url == "mongodb://other/finnami"

    def test_missing_file_is_named_with_its_variable(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FINNAMI_REDIS_URL_FILE", str(tmp_path / "nowhere"))
        with pytest.raises(ValidationError, match="FINNAMI_REDIS_URL_FILE"):
            Settings()


class TestHighRiskCountries:
    def test_list_is_read_with_commas_and_has_a_default(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("FINNAMI_HIGH_RISK_COUNTRIES", raising=False)
        assert set(Settings().high_risk_countries) == {"KP", "IR", "MM"}
        monkeypatch.setenv("FINNAMI_HIGH_RISK_COUNTRIES", "KP, xk,")
        assert Settings().high_risk_countries == ("KP", "XK")

    @pytest.mark.parametrize("value", ["PRK", "KP;IR", "K1", "كم"])
    def test_what_no_declared_country_can_equal_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, value: str
    ) -> None:
        monkeypatch.setenv("FINNAMI_HIGH_RISK_COUNTRIES", value)
        with pytest.raises(ValidationError, match="FINNAMI_HIGH_RISK_COUNTRIES"):
            Settings()


class TestProduction:
    def test_plain_http_is_refused_by_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FINNAMI_ENV", "prod")
        with pytest.raises(ValidationError, match="FINNAMI_PUBLIC_URL"):
            Settings()


class TestChatProvider:
    @pytest.mark.parametrize(
        "url", ["ftp://ai.example/v1", "ai.example", "https://", "https://me:word@ai.example/v1"]
    )
    def test_what_is_no_address_is_refused_by_name(
        self, monkeypatch: pytest.MonkeyPatch, url: str
    ) -> None:
        monkeypatch.setenv("FINNAMI_CHAT_MODEL", "far-1")
        monkeypatch.setenv("FINNAMI_CHAT_URL", url)
        with pytest.raises(ValidationError, match="FINNAMI_CHAT_URL"):
            Settings()

    def test_a_url_needs_a_model_and_a_key_may_be_a_file(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "key").write_text("sk-1\n")
        monkeypatch.setenv("FINNAMI_CHAT_KEY_FILE", str(tmp_path / "key"))
        monkeypatch.setenv("FINNAMI_CHAT_URL", "http://127.0.0.1:11434/v1")
        with pytest.raises(ValidationError, match="FINNAMI_CHAT_MODEL"):
            Settings()
        monkeypatch.setenv("FINNAMI_CHAT_MODEL", "far-1")
        found = Settings()
        assert found.chat_key is not None
        assert found.chat_key.get_secret_value() == "sk-1"
        assert "sk-1" not in repr(found)
