"""A device's two secrets: a P-256 key that signs and an X25519 identity that opens what is encrypted to it."""

from dataclasses import dataclass

import pyrage  # type: ignore[import-untyped]  # ships no types
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from station_app.messages import Refusal
from station_app.trust.refusals import TrustRefusal

_IDENTITY_MARK = b"AGE-SECRET-KEY-"


def new_private_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def private_key_to_bytes(key: ec.EllipticCurvePrivateKey, passphrase: bytes | None = None) -> bytes:
    """PKCS#8 PEM; without a passphrase only for a place that is itself encrypted (the store's database)."""
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        protection = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def private_key_from_bytes(data: bytes, passphrase: bytes | None = None) -> ec.EllipticCurvePrivateKey | Refusal:
    """The P-256 key of a PKCS#8 PEM."""
    try:
        key = serialization.load_pem_private_key(data, passphrase)
    except (ValueError, TypeError):  # wrong passphrase, none where one is needed, or not PEM
        return Refusal(TrustRefusal.BAD_KEY_FILE)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        return Refusal(TrustRefusal.BAD_KEY_FILE)
    return key


@dataclass(frozen=True, slots=True)
class Identity:
    """An X25519 age identity; ``secret`` is the text ``age -d -i`` understands."""

    secret: str

    @classmethod
    def new(cls) -> "Identity":
        """A fresh identity."""
        return cls(str(pyrage.x25519.Identity.generate()))

    @classmethod
    def from_file(cls, data: bytes) -> "Identity | Refusal":
        """The first identity of an age identity file."""
        for line in data.splitlines():
            if line.startswith(_IDENTITY_MARK):
                try:
                    return cls(str(pyrage.x25519.Identity.from_str(line.decode("ascii").strip())))
                except (pyrage.IdentityError, UnicodeDecodeError):
                    break
        return Refusal(TrustRefusal.BAD_KEY_FILE)

    @property
    def recipient(self) -> str:
        """The public side, ``age1…``."""
        return str(pyrage.x25519.Identity.from_str(self.secret).to_public())

    def to_file(self) -> bytes:
        """An age identity file."""
        return f"# public key: {self.recipient}\n{self.secret}\n".encode("ascii")

    def __repr__(self) -> str:
        return f"Identity({self.recipient})"  # the secret must not reach a log


def is_recipient(text: str) -> bool:
    """Whether ``text`` is an X25519 age recipient, in its one canonical spelling."""
    try:
        return str(pyrage.x25519.Recipient.from_str(text)) == text
    except (pyrage.RecipientError, ValueError):
        return False


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """Both secrets of a device."""

    private_key: ec.EllipticCurvePrivateKey
    identity: Identity

    @classmethod
    def new(cls) -> "DeviceKeys":
        """Fresh secrets for a new device (also after a restore: two chains never share a device)."""
        return cls(new_private_key(), Identity.new())

    @property
    def recipient(self) -> str:
        """Whom others encrypt to, ``age1…``."""
        return self.identity.recipient

    def to_bytes(self) -> bytes:
        """Both secrets in the clear, for the encrypted database only."""
        return private_key_to_bytes(self.private_key) + self.identity.to_file()

    @classmethod
    def from_bytes(cls, data: bytes) -> "DeviceKeys | Refusal":
        """The secrets :meth:`to_bytes` wrote."""
        key = private_key_from_bytes(data)
        if isinstance(key, Refusal):
            return key
        identity = Identity.from_file(data)
        if isinstance(identity, Refusal):
            return identity
        return cls(key, identity)
