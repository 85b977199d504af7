"""Files of brokers, in the shapes that their exports have, and what is read in them."""

from datetime import date

from app.domains.imports.rules import whole
from app.domains.imports.types import Options, Reading, Upload

TODAY = date(2026, 11, 26)


def read(content: str | bytes, *, known: set[str] | None = None, **said: object) -> Reading:
    """Return what a file means when nothing else is there."""
    data = content.encode() if isinstance(content, str) else content
    options = Options(**({"account": "Elsewhere"} | said))  # by name
    meant = whole.understand(Upload("file.csv", data), options, today=TODAY, expired=lambda: False)
    return whole.compare(meant, options, known or set())


FILES: dict[str, str] = {
    "trading 212": (
        "Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share),"
        "Exchange rate,Total,Currency (Total),Notes,ID\n"
        "Market buy,2024-01-05 10:30:00,US0378331005,AAPL,Apple,1.5,180.00,USD,1.1,245.45,EUR,,E1\n"
        "Deposit,2024-01-05 10:31:00,,,,,,,,500.00,EUR,Bank,D1\n"
    ),
    "interactive brokers": (
        "TradeDate,Symbol,ISIN,Buy/Sell,Quantity,TradePrice,Proceeds,IBCommission,CurrencyPrimary\n"
        "20240105,VTI,US9229087690,BUY,10,220.50,-2205,-1,USD\n"
        "20240108,VTI,US9229087690,SELL,-4,221,884,-1,USD\n"
    ),
    "schwab": (
        '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'
        '"01/16/2024","Buy","VTI","VANGUARD TOTAL","10","$220.50","","-$2,205.00"\n'
        '"01/17/2024","Qualified Dividend","VTI","VANGUARD TOTAL","","","","$12.34"\n'
        '"Transactions Total","","","","","","","-$2,192.66"\n'
    ),
    "degiro": (
        "Datum,Uhrzeit,Produkt,ISIN,Anzahl,Kurs,Gesamtbetrag,Währung\n"
        '05-01-2024,09:04,APPLE INC,US0378331005,10,"180,50","-1.805,00",EUR\n'
        '15-01-2024,09:05,APPLE INC,US0378331005,-3,"181,00","543,00",EUR\n'
    ),
    "portfolio performance": (
        "Datum;Typ;Wert;Buchungswährung;Stück;ISIN;Wertpapiername;Gebühren;Steuern;Notiz\n"
        "2024-01-05T00:00;Kauf;1.805,50;EUR;10;US0378331005;Apple;5,50;0,00;\n"
        "2024-01-06T00:00;Einlage;2.000,00;EUR;;;;;;Gehalt\n"
        "2024-01-07T00:00;Entnahme;100,00;EUR;;;;;;\n"
    ),
    "ghostfolio": (
        '{"meta":{"version":"2"},"activities":[{"date":"2024-01-05T00:00:00.000Z","type":"BUY",'
        '"symbol":"VTI","quantity":1.5,"unitPrice":220.5,"fee":1,"currency":"USD",'
        '"comment":null},{"date":"2024-01-06","type":"DIVIDEND","symbol":"VTI","quantity":1.5,'
        '"unitPrice":0.8,"fee":0,"currency":"USD"}]}'
    ),
}
"""Invented rows in the columns of real exports."""
