"""Write and verify the files of a city pack: arrays and tables under one manifest with a checksum of each.

A pack is a directory. It appears under its name only when it is complete; a pack that was changed, cut short, or
written by another version is refused with the file named.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from geo.point import Box
from geo.sites import SiteWarning

FORMAT_VERSION = 2
MANIFEST = "manifest.json"

_CHUNK_BYTES = 1 << 20


class BadPack(ValueError):  # noqa: N818 - the name is the sentence
    """Say which file of a city pack is wrong, and how."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pack says about itself. ``files`` maps each file to its SHA-256; ``checksum`` covers all the rest."""

    format_version: int
    name: str
    fictional: bool
    attribution: str
    box: tuple[float, float, float, float]
    profile: str
    osm_sha256: str
    islands: Mapping[str, int | float]
    left_out: Mapping[str, int]
    warnings: tuple[SiteWarning, ...]
    files: Mapping[str, str]
    checksum: str = ""

    def sealed(self) -> "Manifest":
        """Return the manifest with its checksum: SHA-256 over the manifest's own bytes without it."""
        return msgspec.structs.replace(self, checksum=self.own_checksum())

    def own_checksum(self) -> str:
        """Compute what ``checksum`` must be."""
        bare = msgspec.json.encode(msgspec.structs.replace(self, checksum=""), order="sorted")
        return hashlib.sha256(bare).hexdigest()

    def bbox(self) -> Box:
        """Return the box around all roads."""
        return Box(*self.box)


class PackWriter:
    """Collect the files of a pack in a directory beside its destination; `commit` puts it in place at once.

    Raises `BadPack` where something else than a pack stands in its place.
    """

    def __init__(self, out: Path) -> None:
        _check_replaceable(out)
        self._out = out
        out.parent.mkdir(parents=True, exist_ok=True)
        self._staging = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        self._staging.chmod(0o755)

    def __enter__(self) -> Self:
        """Begin; leaving without `commit` removes everything that was written."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was not committed."""
        shutil.rmtree(self._staging, ignore_errors=True)

    def array(self, name: str, values: NDArray[np.generic]) -> None:
        """Write one array as ``name.npy``."""
        np.save(self._staging / f"{name}.npy", np.ascontiguousarray(values), allow_pickle=False)

    def table(self, name: str, rows: object) -> None:
        """Write one table as ``name.json``."""
        (self._staging / f"{name}.json").write_bytes(msgspec.json.encode(rows))

    def path(self, name: str) -> Path:
        """Return where another writer may put one file of the pack."""
        return self._staging / name

    def commit(self, manifest: Manifest) -> Manifest:
        """Seal the manifest over all written files and move the pack into place, replacing an older pack there."""
        files = {path.name: sha256_of(path) for path in sorted(self._staging.iterdir())}
        sealed = msgspec.structs.replace(manifest, files=files).sealed()
        text = json.dumps(msgspec.to_builtins(sealed), ensure_ascii=False, indent=1)
        (self._staging / MANIFEST).write_text(text + "\n", encoding="utf-8")
        for path in self._staging.iterdir():
            _sync(path)
        _replace(self._staging, self._out)
        return sealed


def read_manifest(pack: Path) -> Manifest:
    """Read and verify the manifest alone. Raises `BadPack`."""
    path = pack / MANIFEST
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as absent:
        raise BadPack(f"{pack}: not a city pack (no {MANIFEST})") from absent
    try:
        version = msgspec.json.decode(raw, type=_Version).format_version
        if version != FORMAT_VERSION:
            raise BadPack(f"{path}: pack format {version}, this program reads {FORMAT_VERSION}: build the pack again")
        manifest = msgspec.json.decode(raw, type=Manifest)
    except msgspec.DecodeError as broken:
        raise BadPack(f"{path}: not a readable manifest ({broken})") from broken
    if manifest.checksum != manifest.own_checksum():
        raise BadPack(f"{path}: wrong checksum: the manifest was changed after the pack was built")
    return manifest


def verify_files(pack: Path, manifest: Manifest) -> None:
    """Compare every file with its checksum. Raises `BadPack` naming the first that differs."""
    for name, expected in manifest.files.items():
        path = pack / name
        if Path(name).name != name or not path.is_file():
            raise BadPack(f"{path}: missing from the pack")
        if sha256_of(path) != expected:
            raise BadPack(f"{path}: wrong checksum: the file is cut short or was changed")


def load_array(pack: Path, name: str) -> NDArray[Any]:
    """Map one array into memory, read-only. Raises `BadPack`."""
    path = pack / f"{name}.npy"
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (ValueError, OSError) as broken:
        raise BadPack(f"{path}: not a readable array ({broken})") from broken


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


class _Version(msgspec.Struct):
    format_version: int


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_replaceable(out: Path) -> None:
    """Refuse a place where something else than a pack would be lost."""
    if (out.exists() and not out.is_dir()) or (out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file()):
        raise BadPack(f"{out}: exists and is not a city pack; choose another place or remove it")


def _replace(staging: Path, out: Path) -> None:
    """Move a directory into place; an older pack steps aside first."""
    if not out.exists():
        staging.rename(out)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.old.", dir=out.parent))
    out.rename(aside / out.name)
    staging.rename(out)
    shutil.rmtree(aside, ignore_errors=True)
