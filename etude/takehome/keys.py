"""A test's Ed25519 key pair (RFC 8032): what is signed with the private key came from whoever made the test."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from etude.errors import EtudeError
from etude.files import write_whole


def make_key(path: Path) -> str:
    """Write a new private key, readable by its owner only; the public one, in hex."""
    key = Ed25519PrivateKey.generate()
    write_whole(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    return key.public_key().public_bytes_raw().hex()


def sign(path: Path, message: bytes) -> str:
    """In hex, with the private key at `path`."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise EtudeError(path, f"is no key ({error})", "give the test its key back: it cannot be made again") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise EtudeError(path, "is no Ed25519 key", "give the test its key back: it cannot be made again")
    return key.sign(message).hex()


def is_signed(public: str, signature: str, message: bytes) -> bool:
    """Whether the signature, in hex, is of this message and by this key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
