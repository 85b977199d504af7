"""Receipts: salted commitments of ledger legs, and how anybody checks them without us.

c_i = H("finnami/leg/v1" || salt_i || canonical leg), C = H(c_1 || ... || c_n), and C is a leaf
of the transparency log under a signed head. A salt comes from its owner's data key: when she
is erased nobody can open her lines, yet C still stands. No driver and no numpy in here: the
check runs offline, on a machine that has never seen this installation.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core import merkle
from app.core.decisions import canonical_json
from app.core.translog import statement

FORMAT = "finnami/receipt/1"
_DOMAIN = b"finnami/leg/v1"


def leg_salt(secret: bytes, journal_id: str, index: int) -> bytes:
    """Return a leg's 32-byte salt from its owner's derived secret."""
    return hmac.digest(secret, f"{journal_id}\x00{index}".encode(), "sha256")


def leg_commitment(leg: Mapping[str, object], salt: bytes, *, entry: Mapping[str, object]) -> bytes:
    """Return the 32-byte commitment of one leg (`account`, `unit`, `amount`) of an entry.

    `entry` has `journal`, `kind`, `at` (aware datetime) and `decision`.
    """
    return hashlib.sha256(_DOMAIN + salt + canonical_json({**leg, **entry})).digest()


def entry_commitment(commitments: Sequence[bytes]) -> str:
    """Return the entry's commitment (hex) over its legs' commitments."""
    return hashlib.sha256(b"".join(commitments)).hexdigest()


def problems(receipt: Mapping[str, Any]) -> list[str]:
    """Return everything that is wrong with a receipt (the JSON of GET /v1/receipts/...).

    An empty list means: these legs were in the log when its head was signed by this key.
    Whether the key is the installation's own is for the reader to compare.
    """
    try:
        return [*_leg_problems(receipt), *_log_problems(receipt)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [f"not a receipt: {type(error).__name__} {error}"]


def _leg_problems(receipt: Mapping[str, Any]) -> list[str]:
    if receipt["format"] != FORMAT:
        return [f"format {receipt['format']!r}, expected {FORMAT!r}"]
    entry = {
        "journal": receipt["movement_id"],
        "kind": receipt["kind"],
        "at": datetime.fromisoformat(receipt["at"]),
        "decision": receipt["decision_id"],
    }
    found = []
    for number, leg in enumerate(receipt["legs"], start=1):
        if leg["salt"] is None:
            continue
        content = {"account": leg["account_id"], "unit": leg["unit"], "amount": leg["amount"]}
        made = leg_commitment(content, bytes.fromhex(leg["salt"]), entry=entry).hex()
        if made != leg["commitment"]:
            found.append(f"leg {number}: the amount or its facts differ from what was committed")
    whole = entry_commitment([bytes.fromhex(leg["commitment"]) for leg in receipt["legs"]])
    if whole != receipt["commitment"]:
        found.append("the legs are not the ones of the sealed entry")
    if not any(leg["salt"] for leg in receipt["legs"]):
        found.append("the receipt opens no leg: it proves nothing to its holder")
    return found


def _log_problems(receipt: Mapping[str, Any]) -> list[str]:
    if receipt["index"] is None:
        return ["the entry is not in a signed head yet; fetch the receipt again in a minute"]
    root = bytes.fromhex(receipt["root"])
    included = merkle.verify_inclusion(
        merkle.leaf_hash(bytes.fromhex(receipt["commitment"])),
        receipt["index"],
        receipt["size"],
        [bytes.fromhex(node) for node in receipt["path"]],
        root,
    )
    found = [] if included else ["the path does not lead from the entry to the signed root"]
    at = datetime.fromisoformat(receipt["head_at"])
    signed = statement("ledger", receipt["size"], receipt["root"], at)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(receipt["public_key"]))
    try:
        key.verify(bytes.fromhex(receipt["signature"]), signed)
    except InvalidSignature:
        found.append("the signature of the log's head is not this key's")
    return found
