"""What a model's name stands for, and what is said where the hub does not send it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.errors import HfHubHTTPError

from crosstask.errors import NotFound
from crosstask.models.model_source import is_unfetched, model_folder
from crosstask.ui import Silent

(HTTPError, *_) = HfHubHTTPError.__bases__


class Refusal(BaseHTTPRequestHandler):
    """A proxy that lets nobody through."""

    def do_CONNECT(self) -> None:
        self.send_error(403)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def proxy() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_proxy_that_refuses_is_one_line(spawn_cli: Callable[..., Any], proxy: str, tmp_path: Path) -> None:
    data = tmp_path / "a.csv"
    data.write_text("text,label\na good film,good\na bad film,bad\n")
    web = {"HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path), "HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": ""}
    answer = spawn_cli("inspect", data, "--model", "owner/name", env=web)
    assert answer.code == 2
    assert answer.stderr.splitlines()[-1] == (
        "crosstask: the model 'owner/name' could not be fetched from the hub: 403 Forbidden. "
        "Check the network and the disk and try again, or name a folder."
    )


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (HTTPError("peer closed connection"), "peer closed connection"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (RuntimeError("transfer failed:\nno route to host"), "transfer failed: no route to host"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_a_download_that_breaks_off_is_told_with_its_reason(
    error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(*_: object, **__: object) -> str:
        raise error

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)  # no server breaks off without long retries
    with pytest.raises(NotFound, match="could not be fetched from the hub") as caught:
        model_folder("owner/name", Silent())
    assert reason in caught.value.message
    assert "\n" not in caught.value.message


def test_a_bug_is_no_failed_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda name: name)
    with pytest.raises(TypeError):
        model_folder("owner/name", Silent())


def test_a_name_too_long_for_a_folder_is_unknown() -> None:
    with pytest.raises(NotFound, match="no model is called"):
        model_folder("m" * 300, Silent())


def test_what_the_hub_would_send_is_known_without_asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bert").mkdir()
    assert not any(map(is_unfetched, ["starter", "bert", str(tmp_path), "no/such/name", "m" * 300, ".hidden", "a..b"]))
    assert is_unfetched("owner/name")
    folder = tmp_path / "hub" / "models--owner--name"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text("1234")
    snapshot = folder / "snapshots" / "1234"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").touch()
    assert is_unfetched("owner/name")
    (snapshot / "model.safetensors").touch()
    assert not is_unfetched("owner/name")
    assert model_folder("owner/name", Silent()) == snapshot
