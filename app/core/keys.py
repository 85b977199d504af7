"""The key ring: every secret of an installation in one file that is readable by its owner only."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class KeyRingError(Exception):
    """The key file is missing, readable by others or malformed; the message names the file."""


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """The secrets, decoded. Only `app/services.py` hands them out, each to its one user."""

    kek: bytes
    """32 bytes: wraps the per-user data keys (core/envelope.py)."""
    pepper: bytes
    """32 bytes: HMAC over passwords before hashing (core/passwords.py)."""
    blind: bytes
    """32 bytes: blind indexes of e-mail and document numbers."""
    token_pem: bytes
    """ES256 private key (PKCS#8 PEM) that signs access tokens (core/tokens.py)."""
    log_seed: bytes
    """32 bytes: Ed25519 seed that signs the heads of the transparency log."""

    @classmethod
    def generate(cls) -> Self:
        """Return a new ring from the system's randomness."""
        token = ec.generate_private_key(ec.SECP256R1())
        return cls(
            kek=secrets.token_bytes(32),
            pepper=secrets.token_bytes(32),
            blind=secrets.token_bytes(32),
            token_pem=token.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
            log_seed=secrets.token_bytes(32),
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a ring. Raises KeyRingError with the reason and the file's name."""
        try:
            mode = path.stat().st_mode & 0o027  # a group may read: so secrets are mounted in a pod
            data = json.loads(path.read_text())
        except FileNotFoundError:
            raise KeyRingError(f"{path}: no key file; `finnami up` writes one") from None
        except (OSError, ValueError) as error:
            raise KeyRingError(f"{path}: cannot be read: {error}") from error
        if mode:
            raise KeyRingError(f"{path}: readable by others; chmod 600 it")
        try:
            return cls(
                **{
                    name: base64.b64decode(data[name], validate=True)
                    for name in ("kek", "pepper", "blind", "token_pem", "log_seed")
                }
            )
        except (KeyError, ValueError, TypeError) as error:
            raise KeyRingError(f"{path}: not a key ring: {error}") from error

    def save(self, path: Path) -> None:
        """Write the ring once, mode 0600. Raises FileExistsError rather than overwrite keys."""
        names = ("kek", "pepper", "blind", "token_pem", "log_seed")
        text = json.dumps({name: base64.b64encode(getattr(self, name)).decode() for name in names})
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)

    def log_key(self) -> Ed25519PrivateKey:
        """Return the key that signs log heads."""
        return Ed25519PrivateKey.from_private_bytes(self.log_seed)

    def model_key(self) -> Ed25519PrivateKey:
        """Return the key that signs the models registered on this installation.

        Derived (HKDF-SHA256, RFC 5869), so that a ring written before models were signed has
        one too, and so that a signed model says nothing about the log's own key.
        """
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"finnami model registry v1")
        return Ed25519PrivateKey.from_private_bytes(derived.derive(self.log_seed))
