"""Works out a written formula with the product's `calc`: every literal becomes evidence first."""

import re
from decimal import Decimal

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.grounding.calculating import calc

# One pattern, read in one piece.
TOKEN = re.compile(r"\s*(?:(?P<number>[$£€]?\s?\d[\d,]*(?:\.\d+)?|[$£€]?\.\d+)\s*(?P<unit>%|million|billion|thousand|k|m|b)?|(?P<op>[-+*/()x×÷–−\[\]]))", re.IGNORECASE)  # fmt: skip  # noqa: E501
POWERS = {"thousand": 3, "k": 3, "million": 6, "m": 6, "billion": 9, "b": 9}
NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "div"}


class Formula:
    """One formula, read from left to right by the usual rules. `(13)` alone is minus 13."""

    def __init__(self, text: str) -> None:
        self._known: dict[str, Evidence] = {}
        self._tokens = self._read(text.strip())
        self._at = 0

    def value(self) -> Decimal:
        found = self._sum()
        if self._at < len(self._tokens):
            raise ValueError("something is left over")
        value = self._known[found].value
        assert isinstance(value, Decimal)
        return value

    def _read(self, text: str) -> list[str]:
        out, at = [], 0
        text = text.rstrip(" .;=")
        while at < len(text):
            match = TOKEN.match(text, at)
            if match is None or match.end() == at:
                raise ValueError(f"cannot read {text[at:]!r}")
            at = match.end()
            if match["op"]:
                marks = {"x": "*", "×": "*", "÷": "/", "–": "-", "−": "-", "[": "(", "]": ")"}
                out.append(marks.get(match["op"].lower(), match["op"]))
            else:
                number = Decimal(re.sub(r"[,$£€\s]", "", match["number"]))
                unit = (match["unit"] or "").lower()
                number = number / 100 if unit == "%" else number * 10 ** POWERS.get(unit, 0)
                out.append(self._new(number))
        return out

    def _new(self, number: Decimal) -> str:
        key = f"v{len(self._known)}"
        self._known[key] = Evidence(key, Kind.QUANTITY, number, Metric.OTHER, Source.LEDGER)
        return key

    def _calc(self, op: str, *refs: str) -> str:
        key = f"v{len(self._known)}"
        self._known[key] = calc(op, refs, evidence=self._known, new_id=key)
        return key

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _sum(self) -> str:
        # A row of additions is one sum: depth is for calculations on calculations.
        terms = [self._product()]
        while self._peek() in ("+", "-"):
            op = self._take()
            term = self._product()
            if op == "-":
                if len(terms) > 1:
                    terms = [self._calc("sum", *terms)]
                terms = [self._calc("sub", terms[0], term)]
            else:
                terms.append(term)
        return terms[0] if len(terms) == 1 else self._calc("sum", *terms)

    def _product(self) -> str:
        found = self._factor()
        while self._peek() in ("*", "/"):
            op = self._take()
            found = self._calc(NAMES[op], found, self._factor())
        return found

    def _factor(self) -> str:
        token = self._take()
        if token == "-":
            value = self._known[self._factor()].value
            assert isinstance(value, Decimal)
            return self._new(-value)
        if token != "(":
            if token not in self._known:
                raise ValueError(f"no value: {token}")
            return token
        start = self._at
        found = self._sum()
        if self._take() != ")":
            raise ValueError("a bracket is open")
        alone = self._at - start == 2
        return self._accounting(found) if alone else found

    def _accounting(self, found: str) -> str:
        value = self._known[found].value
        assert isinstance(value, Decimal)
        return self._new(-value)
