"""Zip archives of images, read without unpacking, and refused where they try to trick.

What an archive says of itself is not trusted: a member is read up to a limit, whatever size its header declares.
"""

import lzma
import os
import re
import stat
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from dermaflow.core.errors import SourceError
from dermaflow.sources.entries import Entry

MAX_MEMBER_BYTES = 200_000_000
MAX_RATIO = 200  # unpacked to packed; photographs hardly shrink, and DEFLATE reaches 1,032

_ENCRYPTED = 0x1  # the flag of the zip format
_DRIVE = re.compile(r"[A-Za-z]:")


def zip_entries(archive: Path) -> Iterator[Entry]:
    """List the files in an archive; the state of each is its checksum, size and name.

    Raises:
        SourceError: it is no zip archive, or a member is a link, encrypted, twice there, too large, or has a name that
            leads elsewhere.
    """
    with _zip_errors(archive), ZipFile(archive) as opened:
        members = opened.infolist()
    names = Counter(member.filename for member in members)
    for member in members:
        fault = _fault(member) or ("is there twice" if names[member.filename] > 1 else "")
        if fault:
            raise SourceError(f"{archive}: the member {member.orig_filename[:120]!r} {fault}; pack the archive anew")
        if not member.is_dir():
            yield Entry(member.filename, f"{member.CRC:08x}-{member.file_size}-{member.filename}")


def read_member(archive: Path, name: str) -> bytes:
    """Unpack one member.

    Raises:
        SourceError: it is not there, is damaged, or holds more bytes than is allowed or declared.
    """
    found = archive.stat()
    with _zip_errors(archive, name):
        opened = _opened(archive, f"{found.st_size}-{found.st_mtime_ns}-{found.st_ino}", os.getpid())
        member = opened.getinfo(name)
        limit = min(MAX_MEMBER_BYTES, MAX_RATIO * max(member.compress_size, 1))
        with opened.open(member) as stream:
            data = stream.read(limit + 1)
    if len(data) > limit or len(data) != member.file_size:
        raise SourceError(f"{archive}: the member '{name}' holds other than the {member.file_size:,} bytes it declares")
    return data


def _fault(member: ZipInfo) -> str:
    """Why a member must not be read; blank if it may."""
    name, kind = member.orig_filename, stat.S_IFMT(member.external_attr >> 16)
    unpacked, packed = member.file_size, max(member.compress_size, 1)
    faults = {
        "has a name that cannot be printed": not member.filename or not name.isprintable(),
        "has an absolute name": name.startswith("/") or bool(_DRIVE.match(name)),
        "has backslashes in its name": "\\" in name,
        "has '..' in its name, which leads out of the archive": ".." in name.split("/"),
        "is a link": kind == stat.S_IFLNK,
        "is a special file": kind not in {0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK},
        "is encrypted": bool(member.flag_bits & _ENCRYPTED),
        f"unpacks to {unpacked:,} bytes, more than {MAX_MEMBER_BYTES:,}": unpacked > MAX_MEMBER_BYTES,
        f"unpacks to more than {MAX_RATIO} times its size, as zip bombs do": unpacked > MAX_RATIO * packed,
    }
    return next((fault for fault, is_so in faults.items() if is_so), "")


@lru_cache(maxsize=2)
def _opened(archive: Path, _state: str, _process: int) -> ZipFile:
    """An archive that stays open in this process: its list of members is read once, not for every member."""
    return ZipFile(archive)


@contextmanager
def _zip_errors(archive: Path, name: str = "") -> Iterator[None]:
    """Tell whatever a damaged archive makes zipfile raise in one sentence."""
    try:
        yield
    except KeyError as error:
        raise SourceError(f"{archive}: the member '{name}' is no longer there; run again") from error
    except (
        BadZipFile, LargeZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, IndexError,
        OverflowError, lzma.LZMAError,
    ) as error:  # fmt: skip
        where = f"the member '{name}'" if name else "the archive"
        raise SourceError(f"{archive}: {where} is damaged or of an unknown kind ({error}); pack it anew") from error
    except OSError as error:
        raise SourceError(f"{archive}: the archive cannot be read ({error.strerror or error})") from error
