"""Which feed the settings ask for. Switching the provider needs settings, no code."""

from app.core.clock import Clock
from app.core.config import Settings
from app.domains.market.adapters.alpaca import Alpaca
from app.domains.market.adapters.binance import Binance
from app.domains.market.adapters.finnhub import Finnhub
from app.domains.market.adapters.folder import FolderFeed
from app.domains.market.adapters.socket_feed import Chance, Dialect, SocketFeed
from app.domains.market.feed_types import TickFeed
from app.domains.market.types import Source


def require_usable(settings: Settings) -> None:
    """Raise ValueError naming the variable that the chosen feed still needs."""
    needs = {
        "alpaca": ("feed_key", "feed_secret"),
        "finnhub": ("feed_key",),
        "folder": ("feed_folder",),
    }
    for name in needs.get(settings.feed, ()):
        if getattr(settings, name) is None:
            raise ValueError(
                f"FINNAMI_FEED={settings.feed} needs FINNAMI_{name.upper()}"
                + ("" if name == "feed_folder" else f" or FINNAMI_{name.upper()}_FILE")
            )


def tick_feed(settings: Settings, source: Source, clock: Clock, *, chance: Chance) -> TickFeed:
    """Return the configured provider for a source's symbols. Raises ValueError."""
    require_usable(settings)
    if settings.feed == "folder":
        assert settings.feed_folder is not None  # noqa: S101 - required above
        return FolderFeed(settings.feed_folder, clock)
    return SocketFeed(_dialect(settings, source), clock, chance=chance)


def _dialect(settings: Settings, source: Source) -> Dialect:
    key = settings.feed_key.get_secret_value() if settings.feed_key else ""
    secret = settings.feed_secret.get_secret_value() if settings.feed_secret else ""
    stream_url, rest_url = settings.feed_stream_url, settings.feed_rest_url
    if settings.feed == "alpaca":
        return Alpaca(
            source.symbols, key=key, secret=secret, stream_url=stream_url, rest_url=rest_url
        )
    if settings.feed == "finnhub":
        return Finnhub(source.symbols, key=key, stream_url=stream_url, rest_url=rest_url)
    if settings.feed == "binance":
        return Binance(
            source.symbols, currency=source.currency, stream_url=stream_url, rest_url=rest_url
        )
    raise ValueError(f"FINNAMI_FEED={settings.feed} is no provider")
