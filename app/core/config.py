"""Settings: read once from the environment at the top of each process, then passed down."""

import os
import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.files import shipped


class Environment(StrEnum):
    """Where the process runs: `sandbox` moves play money, `prod` refuses every default."""

    SANDBOX = "sandbox"
    PROD = "prod"


def default_data_dir() -> Path:
    """Return the folder for local state: $XDG_DATA_HOME/finnami or ~/.local/share/finnami."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "finnami"


def dask_scheduler() -> str | None:
    """Return the address in $DASK_SCHEDULER_ADDRESS, the variable that Dask's own tools read."""
    return os.environ.get("DASK_SCHEDULER_ADDRESS") or None


FeedName = Literal["replay", "alpaca", "finnhub", "binance", "folder"]
SECRETS = ("mongo_url", "redis_url", "smtp_url", "feed_key", "feed_secret", "chat_key")
MAX_SECRET_BYTES = 4096


class Settings(BaseSettings):
    """All settings, each `FINNAMI_<NAME>` in the environment.

    The addresses of MongoDB, Redis and SMTP and the keys of a price provider may also be the
    text of a file, named by `FINNAMI_MONGO_URL_FILE` and so on; the variable itself wins. Raises
    pydantic.ValidationError naming the variable when a value cannot be used.
    """

    model_config = SettingsConfigDict(env_prefix="FINNAMI_", extra="ignore", frozen=True)

    env: Environment = Environment.SANDBOX
    data_dir: Path = Field(default_factory=default_data_dir)
    public_url: str = "http://127.0.0.1:8000"
    mongo_url: str | None = None
    redis_url: str | None = None
    mongo_embedded: bool = False
    """True when the database is the embedded single-process server: one writer at a time."""

    key_file: Path | None = None
    """File with the key ring (JSON, mode 0600); written by `finnami up` in the sandbox."""

    ledger_concurrency: int | None = None
    """Transactions at once in this process; 1 on the embedded server, 32 on a URL."""

    models_dir: Path = Field(default_factory=lambda: shipped("models"))
    own_models_dir: Path | None = None
    """Models registered on this installation; default: `models` in the data folder. In a
    cluster a volume that every replica mounts."""

    fraud_path: Literal["plain", "fast"] = "plain"
    """How payments are scored: interpreter and numpy, or one kernel compiled at start-up."""

    frontend_dir: Path = Field(default_factory=lambda: shipped("frontend") / "out")
    argon2: Literal["46m", "19m"] = "46m"
    mail_from: str = "FinNami <no-reply@localhost>"
    smtp_url: SecretStr | None = None
    """smtp://user:password@host:port; without it mail goes to the sandbox mailbox."""

    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    drain_s: float = 0.0
    in_flight_max: int = 512
    request_deadline_s: float = 2.0
    metrics_port: int | None = None
    probes_host: str = "127.0.0.1"
    """Where a worker's probes and metrics listen; 0.0.0.0 in the image, for the cluster."""

    high_risk_countries: Annotated[tuple[str, ...], NoDecode] = ("KP", "IR", "MM")
    """Countries whose people two reviewers decide on; the default is FATF's call for action."""

    fraud_four_eyes_minor: Annotated[int, Field(ge=0)] = 1_000_000
    """Releasing a held payment above this many minor units takes two people."""

    fraud_review_share: Annotated[float, Field(ge=0, le=1)] = 0.002
    """The share of allowed payments that a person looks at afterwards: 0.1 to 0.5 % is usual."""

    fraud_rule_impact_max_bps: Annotated[int, Field(ge=0, le=10_000)] = 500
    """Rules that would treat more of the payments than this (in 1/10,000) more strictly, or more
    mildly, than now go live only with a word that this is wanted."""

    market_seed: int = 7
    feed: FeedName = "replay"
    """Where prices of imported histories come from; the simulated market is always replayed."""

    feed_key: SecretStr | None = None
    feed_secret: SecretStr | None = None
    feed_stream_url: str | None = None
    """Another address of the provider's stream (a region, the paid feed); default: its usual."""

    feed_rest_url: str | None = None
    feed_folder: Path | None = None
    """Where FINNAMI_FEED=folder looks for tick files."""

    quote_stream_s: Annotated[float, Field(gt=0, le=3600)] = 300.0
    """After so many seconds a stream of quotes ends and the client comes back by itself."""

    chat_day_cap_micro: Annotated[int, Field(ge=0)] = 1_000_000
    """What one person's answers of a remote model may cost in a day, in millionths of a unit."""

    chat_total_cap_micro: Annotated[int, Field(ge=0)] = 20_000_000
    """What all people's answers of a remote model may cost in a day (UTC) together, in millionths
    of a unit; from there on every answer is made here until the next day. 0 lets nothing out.
    Answers under way when it is reached still end and are still paid."""

    chat_warm: bool = True
    """Whether a process reads chat's models when it starts, or with the first message; they take
    about 115 MB."""

    chat_url: str | None = None
    """Base of an OpenAI-compatible API that may word answers of people who consent, such as
    https://ai.example/v1 or http://127.0.0.1:11434/v1; without it every answer is made here."""

    chat_model: str | None = None
    chat_provider: Annotated[str, Field(max_length=60)] = ""
    """What people are told the provider is called; default: the host of the URL."""

    chat_key: SecretStr | None = None
    chat_price_in: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    """Price of a million tokens sent, in major units; counted against each person's day."""

    chat_price_out: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    chat_first_token_s: Annotated[float, Field(gt=0, le=50)] = 4.0
    """How long a provider may take to begin before the answer is made here."""

    log_level: str = "INFO"

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, object]) -> dict[str, object]:
        """Addresses hold passwords, and the environment of a process is no secret."""
        for name in SECRETS:
            variable = f"FINNAMI_{name.upper()}_FILE"
            path = os.environ.get(variable)
            if path is None or name in values:
                continue
            try:
                with Path(path).open(encoding="utf-8") as stream:
                    values[name] = stream.read(MAX_SECRET_BYTES).strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"{variable}: {path} cannot be read: {error}") from error
        return values

    @field_validator("trusted_proxies", "high_risk_countries", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("high_risk_countries")
    @classmethod
    def _are_countries(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """A code that no declared country can equal would silently switch the rule off."""
        for code in value:
            if re.fullmatch(r"[A-Za-z]{2}", code) is None:
                raise ValueError(
                    f"FINNAMI_HIGH_RISK_COUNTRIES: {code!r} is no two-letter country code"
                )
        return tuple(code.upper() for code in value)

    @model_validator(mode="after")
    def _has_a_whole_provider(self) -> "Settings":
        if self.chat_url is None:
            return self
        parts = urlsplit(self.chat_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError("FINNAMI_CHAT_URL must be http(s)://host/… without a password in it")
        if not self.chat_model:
            raise ValueError("FINNAMI_CHAT_MODEL must name a model when FINNAMI_CHAT_URL is set")
        return self

    @model_validator(mode="after")
    def _refuse_defaults_in_production(self) -> "Settings":
        if self.env is not Environment.PROD:
            return self
        if not self.public_url.startswith("https://"):
            raise ValueError("FINNAMI_PUBLIC_URL must be https:// when FINNAMI_ENV=prod")
        if self.mongo_url is None or self.redis_url is None:
            raise ValueError("FINNAMI_MONGO_URL and FINNAMI_REDIS_URL are required in prod")
        if self.mongo_embedded:
            raise ValueError("the embedded database is not for FINNAMI_ENV=prod")
        if self.key_file is None:
            raise ValueError("FINNAMI_KEY_FILE is required in prod")
        if self.smtp_url is None:
            raise ValueError("FINNAMI_SMTP_URL is required in prod: the mailbox is a sandbox")
        return self

    @property
    def registered_models(self) -> Path:
        """Return the folder of the models registered on this installation."""
        return self.own_models_dir or self.data_dir / "models"

    @property
    def sandbox(self) -> bool:
        """Tell whether this installation moves play money only."""
        return self.env is Environment.SANDBOX

    @property
    def transactions_at_once(self) -> int:
        """Return the transaction limiter's size (measured: docs/decisions/0003)."""
        return self.ledger_concurrency or (1 if self.mongo_embedded else 32)


def database_name(mongo_url: str) -> str:
    """Return the database named in a MongoDB URL's path, `finnami` when it names none."""
    path = mongo_url.split("://", 1)[-1].partition("/")[2].partition("?")[0]
    return path or "finnami"


def child_environment(settings: dict[str, str]) -> dict[str, str]:
    """Return this process's environment with settings laid over it, for a child process."""
    return {**os.environ, **settings}
