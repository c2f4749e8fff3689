"""Results kept by what was asked for: in memory, and in a folder that others may share."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from superlaw import storage
from superlaw.arguments import refuse
from superlaw.execution.locks import claimed
from superlaw.validation.sweeps.points import measured

Record = dict[str, Any]
"""A result as plain data: what JSON can hold."""


def content_key(configuration: Mapping[str, Any]) -> str:
    """Return the sha256 of a configuration, whatever the order of its parts; 2 and 2.0 are one."""
    text = json.dumps(_normal(storage.plain(configuration)), sort_keys=True, allow_nan=False)
    return hashlib.sha256(f"{storage.SCHEMA_VERSION} {text}".encode()).hexdigest()


def _normal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_normal(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Store:
    """Results by the content of their configuration.

    A file holds the configuration, the result and a digest of both; it is written whole or not at
    all. Processes that share the folder never compute the same result twice at a time.

    Parameters
    ----------
    folder : path, optional
        Where results are kept; in memory only if left out.

    Raises
    ------
    ArgumentError
        If the folder cannot be written to, or a file in it is damaged or altered.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, name: str = "out") -> None:
        self.name = name
        self.folder = None if folder is None else storage.output_folder(folder, name)
        self._records: dict[str, Record] = {}

    def load(self, configuration: Mapping[str, Any]) -> Record | None:
        """Return the result of a configuration, None if there is none yet."""
        key = content_key(configuration)
        if key not in self._records and self.folder is not None:
            path = self._path(key)
            if path.exists():
                self._records[key] = self._read(path, key)
        return self._records.get(key)

    def save(self, configuration: Mapping[str, Any], record: Record) -> Record:
        """Keep the result of a configuration; return it as it will be read back.

        Raises
        ------
        OutputError
            If it cannot be written; it is kept in memory all the same.
        """
        key, result = content_key(configuration), storage.plain(record)
        self._records[key] = result
        if self.folder is not None:
            body = {"configuration": storage.plain(configuration), "result": result}
            path = self._path(key)
            path.parent.mkdir(exist_ok=True)
            storage.write_json(path, {"key": key, "digest": _digest(body), **body})
        return self._records[key]

    def keep(self, configuration: Mapping[str, Any], compute: Callable[[], Record]) -> Record:
        """Return the result of a configuration, computed if nobody has: a sweep of one point."""
        run = measured([compute], lambda job: storage.plain(job()), lambda _: configuration, self)
        return run[0]

    @contextmanager
    def claimed(self, configuration: Mapping[str, Any]) -> Iterator[bool]:
        """Hold a configuration against other processes; yield whether it was free."""
        if self.folder is None:
            yield True
            return
        with claimed(self._lock(configuration)) as is_free:
            yield is_free

    def _lock(self, configuration: Mapping[str, Any]) -> Path:
        path = self._path(content_key(configuration)).with_suffix(".lock")
        path.parent.mkdir(exist_ok=True)
        return path

    def _path(self, key: str) -> Path:
        assert self.folder is not None
        return self.folder / key[:2] / f"{key}.json"

    def _read(self, path: Path, key: str) -> Record:
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
            is_whole = body.pop("key") == key and body.pop("digest") == _digest(body)
            result: Record = body["result"]
        except (*storage.DAMAGED, TypeError, AttributeError):
            is_whole, result = False, {}
        if not is_whole:
            remedy = "Delete that file to redo it."
            refuse(self.name, "made of whole and unaltered files", str(path), remedy)
        return result


def _digest(body: Mapping[str, Any]) -> str:
    """Return a digest of a configuration and its result."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
