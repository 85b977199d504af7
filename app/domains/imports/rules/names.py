"""Which column means what: the headers of common brokers' exports, and a proposal from them.

Seen in exports of Interactive Brokers, Trading 212, DEGIRO, Charles Schwab, Fidelity, Vanguard,
Revolut, Scalable Capital, comdirect, Swissquote, Ghostfolio and Portfolio Performance.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from app.domains.imports.types import RowField

FORMAT_COLUMN = "finnami_import"
"""The column by which FinNami knows its own export; its value is the version."""

_NAMES: Mapping[RowField, str] = {
    RowField.DATE: "date|trade date|tradedate|transaction date|run date|datum|buchungstag"
    "|handelsdatum|datetime|date time|started date|activity date|booking date|valuta"
    "|settlement date|fecha|data|fecha valor|datum uhrzeit|execution date|completed date",
    RowField.TIME: "time|uhrzeit|zeit|hora|ora|heure|tijd|trade time|tradetime",
    RowField.TYPE: "type|action|transaction type|buy sell|side|typ|art|transaktionstyp|tipo"
    "|operation|activity|activity type|transaction|umsatzart|vorgang|trans code|activitytype"
    "|transactiontype|buy/sell|geschäftsart|transaktion",
    RowField.SYMBOL: "symbol|ticker|ticker symbol|instrument|security symbol|symbolprofile symbol"
    "|product symbol|kürzel|asset|code|stock|símbolo|simbolo",
    RowField.ISIN: "isin|isin code|security id|securityid|isin wkn",
    RowField.NAME: "name|security name|product|produkt|wertpapiername|company|security|wertpapier"
    "|bezeichnung|instrument name|investment name|producto|prodotto|security description"
    "|asset name",
    RowField.QUANTITY: "quantity|no of shares|shares|units|anzahl|stück|stücke|stück nom|menge|qty"
    "|amount of shares|nominal|nominale|cantidad|quantità|quantité|aantal|share quantity"
    "|quantity units|number",
    RowField.PRICE: "price|price share|unitprice|unit price|share price|kurs|preis|ausführungskurs"
    "|t price|tradeprice|trade price|price per share|precio|prezzo|prix|koers|quote|price $",
    RowField.PRICE_UNIT: "price unit|asset class|assetclass|asset category|instrument type"
    "|security type|wertpapierart|anlageklasse|assettype|asset type",
    RowField.PRICE_CURRENCY: "price currency|currency price share|instrument currency"
    "|kurswährung|currency price",
    RowField.AMOUNT: "amount|total|total amount|net amount|netcash|net cash|betrag|wert"
    "|amount $|value|gesamtbetrag|importe|importo|montant|bedrag|gross amount|total eur"
    "|total usd|total gbp|net|principal amount|umsatz in eur|cash amount|saldo|proceeds"
    "|nettobetrag",
    RowField.FEE: "fee|fees|commission|fees comm|commission $|gebühren|gebühr|provision"
    "|comm fee|ibcommission|fees $|comisión|commissione|frais|kosten|transaction fee"
    "|transaction costs|commission fees|charges|commissions and fees|kosten eur|spesen",
    RowField.TAX: "tax|taxes|withholding tax|steuer|steuern|quellensteuer|impuesto|impôt|tassa"
    "|tax amount",
    RowField.CURRENCY: "currency|currency total|währung|divisa|moneda|devise|valuta code|ccy"
    "|currencyprimary|currency primary|transaktionswährung|currency net amount|settlement currency"
    "|transaction currency|currency gross amount|buchungswährung|munt",
    RowField.REFERENCE: "reference|id|transaction id|tradeid|trade id|order id|referenz|orderid"
    "|order number|order #|auftragsnummer|transactionid|referenznummer",
    RowField.NOTE: "note|notes|comment|memo|notiz|notizen|kommentar|remarks|description"
    "|beschreibung|descripción|descrizione|omschrijving|buchungstext|verwendungszweck",
}


def plain(text: str) -> str:
    """Return a header or a word as it is compared: lower case, single spaces, no punctuation."""
    lowered = unicodedata.normalize("NFC", text).casefold()
    return " ".join(re.sub(r"[^\w$#]+|_", " ", lowered).split())


_MEANING: Mapping[str, tuple[RowField, int]] = {
    plain(name): (field, rank)
    for field, names in _NAMES.items()
    for rank, name in enumerate(names.split("|"))
}


def propose(columns: Sequence[str]) -> dict[RowField, str]:
    """Return which column most likely holds which field; the more usual name wins."""
    best: dict[RowField, tuple[int, str]] = {}
    for column in columns:
        found = _MEANING.get(plain(column))
        if found is None:
            continue
        field, rank = found
        if field not in best or rank < best[field][0]:
            best[field] = (rank, column)
    if RowField.DATE not in best and RowField.TIME in best:
        # Some exports call the moment of the trade its time.
        best[RowField.DATE] = best.pop(RowField.TIME)
    return {field: best[field][1] for field in RowField if field in best}


def known(cells: Sequence[str]) -> int:
    """Return how many different fields the cells of a line would name."""
    return len({_MEANING[word][0] for word in map(plain, cells) if word in _MEANING})
