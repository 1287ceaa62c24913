"""Signed checkpoints of the audit log: heads signed with a key outside the store.

Optional. Whoever may write the store can rewrite all of it consistently, but cannot sign it. A checkpoint is a line of
`audit/checkpoints.jsonl`: number and hash of an entry, the key by its digest, and the Ed25519 signature. The first
checkpoint is signed by a person (`biaochi audit sign`); later ones by every writer, as long as the log goes on from
the last checkpoint.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data.store.atomic_write import OWN_FILE
from data.store.audit_chain import Entry
from data.store.audit_log import FOLDER, STATE_CHANGES, read_log
from errors import StoreDamagedError, UsageError
from i18n import N_

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FILE = "checkpoints.jsonl"
NOT_A_KEY = N_("The file {path} is no Ed25519 key in PEM form. “biaochi audit key FILE” writes a new key.")


@dataclass(frozen=True)
class Checkpoint:
    """A signed head. key: first 16 digits of the SHA-256 of the public key. signature: hex."""

    number: int
    hash: str
    key: str
    signature: str


def make_key(path: Path) -> str:
    """Write a new signing key and, next to it, the public key; return the digest of the key. Raises UsageError."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if path.exists():
        raise UsageError("The file {path} already exists. Choose a new name.", path=path)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN_FILE), "wb") as file:
        file.write(private)
    public = key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    path.with_name(f"{path.name}.pub").write_bytes(public)
    return _digest(key.public_key())


def read_checkpoints(store: Path) -> list[Checkpoint]:
    """Return the checkpoints, oldest first. Raises StoreDamagedError for a line that is none."""
    try:
        lines = (store / FOLDER / FILE).read_bytes().splitlines(keepends=True)
        # a line torn by a power cut or a full disk was never acknowledged, and the next one replaces it
        return [Checkpoint(**json.loads(line)) for line in lines if line.endswith(b"\n")]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        raise StoreDamagedError("{what}: it can no longer be read. Restore it from a backup.", what=FILE) from None


def verify_checkpoints(store: Path, log: Sequence[Entry], key: Path) -> Checkpoint:
    """Return the last checkpoint of a log that is signed up to its last change of state.

    key: file of the public or of the signing key. Raises StoreDamagedError where a checkpoint does not fit the log, is
    not signed with the key, or is missing.
    """
    public, found = _public(key), read_checkpoints(store)
    for one in found:
        _verify(one, log, public)
    last = found[-1].number if found else 0
    missing = [entry.number for entry in log if entry.action in STATE_CHANGES and entry.number > last]
    if missing or not found:
        raise StoreDamagedError(
            N_(
                "The log is not signed up to entry {number}. It was rewritten without the key, or signing has just "
                "been switched on: compare it with a printed head (biaochi audit verify --head), then sign it: biaochi "
                "audit sign"
            ),
            number=max([*missing, *([] if found else [len(log)])]),
        )
    return found[-1]


def sign(store: Path, key: Path) -> Checkpoint:
    """Sign the last entry and return the checkpoint. Raises StoreDamagedError if an earlier checkpoint is wrong."""
    log, private = read_log(store), _private(key)
    for one in read_checkpoints(store):
        _verify(one, log, private.public_key())
    if not log:
        raise UsageError("There is no log yet, so there is nothing to sign.")
    last = log[-1]
    signature = private.sign(_text(last.number, last.hash)).hex()
    made = Checkpoint(last.number, last.hash, _digest(private.public_key()), signature)
    _append(store, made)
    return made


def sign_on(store: Path, key: Path) -> None:
    """Sign the last entry if a person signed the log before, or if the log begins here; else leave it unsigned."""
    log = read_log(store)
    if log and (read_checkpoints(store) or not any(entry.action in STATE_CHANGES for entry in log[:-1])):
        sign(store, key)


def _append(store: Path, made: Checkpoint) -> None:
    path = store / FOLDER / FILE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, OWN_FILE)
    with os.fdopen(descriptor, "r+b") as file:
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)
        file.seek(whole)
        file.write(json.dumps(asdict(made), sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _verify(one: Checkpoint, log: Sequence[Entry], public: "Ed25519PublicKey") -> None:
    from cryptography.exceptions import InvalidSignature

    try:
        public.verify(bytes.fromhex(one.signature), _text(one.number, one.hash))
    except (InvalidSignature, ValueError):
        raise StoreDamagedError(
            N_("The checkpoint at entry {number} is not signed with this key."), number=one.number
        ) from None
    if not 1 <= one.number <= len(log) or log[one.number - 1].hash != one.hash:
        raise StoreDamagedError(
            N_("The log is not the log that was signed at entry {number}: it was cut off or rewritten."),
            number=one.number,
        )


def _text(number: int, entry_hash: str) -> bytes:
    return f"biaochi checkpoint\n{number}\n{entry_hash}\n".encode()


def _private(path: Path) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        raise UsageError(NOT_A_KEY, path=path) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(NOT_A_KEY, path=path)
    return key


def _public(path: Path) -> "Ed25519PublicKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        return _private(path).public_key()
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(NOT_A_KEY, path=path)
    return key


def _digest(public: "Ed25519PublicKey") -> str:
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]
