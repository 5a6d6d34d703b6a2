"""Getting other speech models: a real server on this computer, with everything that goes wrong on the way."""

from __future__ import annotations

import hashlib
import io
import shutil
import stat
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from voicecoach.hearing import model_install
from voicecoach.hearing.model import ModelError, embedded_model
from voicecoach.hearing.model_download import download
from voicecoach.hearing.model_install import install, unpack
from voicecoach.hearing.registry import OfficialModel


@dataclass
class Shelf:
    """What the server has and does: `breaks_after` bytes of a response it hangs up; `ranges`: what was asked for."""

    content: bytes = b""
    breaks_after: int | None = None
    knows_ranges: bool = True
    port: int = 0
    ranges: list[str | None] = field(default_factory=list)

    def model(self, **changes: object) -> OfficialModel:
        known: dict[str, object] = {
            "name": "a-model",
            "language": "English",
            "url": f"http://127.0.0.1:{self.port}/a-model.zip",
            "licence": "Apache-2.0",
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "size_bytes": len(self.content),
        }
        return OfficialModel(**(known | changes))  # type: ignore[arg-type]


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            shelf.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and shelf.knows_ranges else 0
            if not self.path.endswith("a-model.zip"):
                self.send_error(404)
                return
            if start >= len(shelf.content):
                self.send_error(416)
                return
            content = shelf.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: shelf.breaks_after])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        shelf.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield shelf
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def packed_model() -> bytes:
    """The embedded model as an official one is packed: one folder in a zip."""
    packed = io.BytesIO()
    model = embedded_model()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(model.rglob("*")):
            archive.write(path, Path("a-model") / path.relative_to(model))
    return packed.getvalue()


def _nothing(_done: int, _total: int | None) -> None:
    pass


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_what_was_downloaded_is_whole_and_progress_was_told(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content = bytes(range(256)) * 4000
    told: list[tuple[int, int | None]] = []
    download(shelf.model(), tmp_path / "deep" / "model.zip", lambda done, total: told.append((done, total)))
    assert (tmp_path / "deep" / "model.zip").read_bytes() == shelf.content
    assert told[-1] == (1_024_000, 1_024_000) and sorted(told) == told
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["model.zip"]


def test_a_download_that_broke_off_goes_on_where_it_stopped(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content, shelf.breaks_after = b"0123456789" * 1000, 4321
    target = tmp_path / "model.zip"
    with pytest.raises(ModelError, match="broke off: run the same command again"):
        download(shelf.model(), target, _nothing)
    assert not target.exists()
    shelf.breaks_after = None
    download(shelf.model(), target, _nothing)
    assert target.read_bytes() == shelf.content
    assert shelf.ranges == [None, "bytes=4321-"]


def test_a_server_that_cannot_go_on_sends_all_again(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content, shelf.knows_ranges = b"abc" * 1000, False
    (tmp_path / "model.zip.part").write_bytes(b"abcabc")
    download(shelf.model(), tmp_path / "model.zip", _nothing)
    assert (tmp_path / "model.zip").read_bytes() == shelf.content


def test_all_of_it_may_have_come_before_without_its_size_being_known(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content = b"abc" * 1000
    (tmp_path / "model.zip.part").write_bytes(shelf.content)
    download(shelf.model(size_bytes=None), tmp_path / "model.zip", _nothing)
    assert (tmp_path / "model.zip").read_bytes() == shelf.content


def test_a_wrong_checksum_deletes_what_came(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content = b"not the model"
    with pytest.raises(ModelError, match="not what was expected and was deleted"):
        download(shelf.model(sha256="0" * 64), tmp_path / "model.zip", _nothing)
    assert list(tmp_path.iterdir()) == []


def test_more_than_the_known_size_is_given_up(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content = b"x" * 10_000
    with pytest.raises(ModelError, match="larger than it should be"):
        download(shelf.model(size_bytes=9_999), tmp_path / "model.zip", _nothing)


@pytest.mark.parametrize(
    ("path", "complaint"),
    [("nothing.zip", "The server refused a-model \\(404"), (None, "check the connection")],
    ids=["refused", "offline"],
)
def test_refused_or_offline_is_one_sentence(shelf: Shelf, tmp_path: Path, path: str | None, complaint: str) -> None:
    shelf.content = b"the model"
    url = f"http://127.0.0.1:{shelf.port}/{path}" if path else "http://127.0.0.1:1/a-model.zip"
    with pytest.raises(ModelError, match=complaint) as failure:
        download(shelf.model(url=url), tmp_path / "model.zip", _nothing)
    assert "\n" not in str(failure.value)


def test_an_address_without_encryption_is_not_asked(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not safe"):
        download(shelf.model(url="http://models.example/a-model.zip"), tmp_path / "model.zip", _nothing)


def test_an_installed_model_is_whole_and_alone(shelf: Shelf, tmp_path: Path, packed_model: bytes) -> None:
    shelf.content = packed_model
    place = install(shelf.model(), _nothing, tmp_path)
    assert place == tmp_path / "a-model"
    assert [path.name for path in tmp_path.iterdir()] == ["a-model"]
    assert (place / "am/final.mdl").read_bytes() == (embedded_model() / "am/final.mdl").read_bytes()
    assert install(shelf.model(), _nothing, tmp_path) == place and len(shelf.ranges) == 1


def test_a_model_without_a_checksum_is_checked_by_its_structure(shelf: Shelf, tmp_path: Path) -> None:
    archive = _zip(tmp_path / "strange.zip", {"a-model/README": b"no model at all"})
    shelf.content = archive.read_bytes()
    folder = tmp_path / "models"
    with pytest.raises(ModelError, match="is not a speech model"):
        install(shelf.model(sha256=None, size_bytes=None), _nothing, folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/evil", "..\\evil", "C:evil"])
def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path, name: str) -> None:
    archive = _zip(tmp_path / "evil.zip", {"good": b"good", name: b"evil"})
    with pytest.raises(ModelError, match="outside its folder"):
        unpack(archive, tmp_path / "target")
    assert not list(tmp_path.rglob("*evil")) and not Path("/evil").exists()


def test_an_archive_cannot_bring_links(tmp_path: Path) -> None:
    archive = tmp_path / "links.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(ModelError, match="outside its folder"):
        unpack(archive, tmp_path / "target")


def test_an_archive_that_swells_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_install, "MAX_UNPACKED_BYTES", 1000)
    archive = _zip(tmp_path / "bomb.zip", {"a": b"0" * 600, "b": b"0" * 600})
    with pytest.raises(ModelError, match="too large when unpacked"):
        unpack(archive, tmp_path / "target")


def test_too_many_files_are_given_up(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "many.zip", {str(number): b"" for number in range(501)})
    with pytest.raises(ModelError, match="too many files"):
        unpack(archive, tmp_path / "target")


def test_a_cut_archive_is_told(tmp_path: Path, packed_model: bytes) -> None:
    archive = tmp_path / "cut.zip"
    archive.write_bytes(packed_model[:100_000])
    with pytest.raises(ModelError, match="not a whole zip archive"):
        unpack(archive, tmp_path / "target")
    shutil.rmtree(tmp_path / "target", ignore_errors=True)
