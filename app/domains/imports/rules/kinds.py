"""What the words of a type column mean, in the languages of common exports."""

from collections.abc import Mapping

from app.domains.imports.rules.names import plain
from app.domains.imports.types import RowType

_WORDS: Mapping[RowType, str] = {
    RowType.BUY: "buy|bought|purchase|market buy|limit buy|stop buy|you bought|kauf|achat|compra"
    "|acquisto|koop|buy market|buy limit|reinvest shares|reinvestment|savings plan|sparplan"
    "|b|bot|wertpapierkauf|kup|köp|اشتراء|شراء|купівля",
    RowType.SELL: "sell|sold|sale|market sell|limit sell|stop sell|you sold|verkauf|vente|venta"
    "|vendita|verkoop|sell market|sell limit|s|sld|wertpapierverkauf|بيع|продаж",
    RowType.DIVIDEND: "dividend|dividends|dividend received|cash dividend|qualified dividend"
    "|dividende|dividendo|div|dividend ordinary|non qualified div|pr yr cash div|ordinary dividend"
    "|dividend dividend|distribution|ausschüttung|dividend reinvestment|dividendenzahlung"
    "|dividend dividends paid by us corporations|dividend dividends paid by foreign corporations"
    "|توزيعات",
    RowType.INTEREST: "interest|interest on cash|credit interest|bank interest|zinsen|zins"
    "|intérêts|interés|interesse|interessi|rente|bond interest|coupon|kupon"
    "|broker interest received|broker interest paid|interest charge|lending interest|فائدة",
    RowType.FEE: "fee|fees|commission|service fee|custody fee|gebühr|gebühren|frais|comisión|item"
    "|adr mgmt fee|other fees|management fee|platform fee|depotgebühr|kosten|رسوم",
    RowType.TAX: "tax|taxes|withholding tax|steuer|steuern|nra tax|foreign tax paid|quellensteuer"
    "|nra tax adj|impôt|impuesto|tax refund|steuerrückerstattung|ضريبة",
    RowType.DEPOSIT: "deposit|deposits|cash in|einlage|einzahlung|cash top up|dépôt|depósito"
    "|deposito|electronic funds transfer received|wire received|moneylink deposit|storting"
    "|electronic funds transfer in|top up|إيداع|поповнення",
    RowType.WITHDRAWAL: "withdrawal|withdrawals|withdraw|cash out|entnahme|auszahlung"
    "|cash withdrawal|retrait|retiro|prelievo|wire sent|electronic funds transfer paid"
    "|terugstorting|سحب"
    "|виведення",
    RowType.TRANSFER_IN: "transfer in|transfer inbound|einlieferung|delivery in|shares in"
    "|delivery inbound|depotübertrag eingang|security transfer in|journaled shares in|add holding",
    RowType.TRANSFER_OUT: "transfer out|transfer outbound|auslieferung|delivery out|shares out"
    "|delivery outbound|depotübertrag ausgang|security transfer out|remove holding",
    RowType.SPLIT: "split|stock split|share split|aktiensplit|forward split|reverse split"
    "|stock split reverse|fractionnement|تجزئة",
}
_KINDS: Mapping[str, RowType] = {
    plain(word): kind for kind, words in _WORDS.items() for word in words.split("|")
}
_BEGINNINGS = tuple(
    sorted(
        (word for word in _KINDS if " " in word or word in {"dividend", "buy", "sell", "split"}),
        key=len,
        reverse=True,
    )
)
_TOTAL_WORDS = (
    "total|totals|subtotal|sub total|grand total|sum|summe|gesamt|gesamtsumme"
    "|zwischensumme|totale|totaal|transactions total|sous total|ending balance|starting balance"
    "|opening balance|closing balance|anfangssaldo|endsaldo|المجموع|разом"
)
_TOTALS = frozenset(plain(word) for word in _TOTAL_WORDS.split("|"))


def kind_of(text: str) -> RowType | None:
    """Return what a word of the type column means; None when it is not known."""
    word = plain(text)
    if word in _KINDS:
        return _KINDS[word]
    for beginning in _BEGINNINGS:
        # "YOU BOUGHT ISHARES TR (Cash)" and "Dividend (Ordinary)" go on with the instrument.
        if word.startswith(beginning + " "):
            return _KINDS[beginning]
    return None


def is_totals(cells: tuple[str, ...]) -> bool:
    """Tell whether a line sums up others instead of telling a transaction."""
    first = next((plain(cell) for cell in cells if cell.strip()), "")
    return first in _TOTALS or first.split(" ", 1)[0] in {"total", "subtotal", "summe", "gesamt"}
