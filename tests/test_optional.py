"""Optional packages: imported when used, and missed with what to do about it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from suricata_eve.errors import MissingDependencyError
from suricata_eve.optional import import_optional_dependency


def test_what_is_there_is_imported() -> None:
    assert import_optional_dependency("json", extra="remote", purpose="reading") is json


@pytest.mark.parametrize("module", ["no_such_module", "no_such_module.part", "no-name"])
def test_what_is_missing_names_the_extra(module: str) -> None:
    with pytest.raises(MissingDependencyError) as caught:
        import_optional_dependency(module, extra="remote", purpose="reading s3://a/b")

    assert str(caught.value) == (
        f"reading s3://a/b needs {module.removesuffix('.part')}, which is not installed; "
        "pip install 'suricata_eve[remote]'"
    )
    assert isinstance(caught.value, ImportError)


def test_an_error_inside_the_package_is_raised_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is installed, and to install it again would not help."""
    (tmp_path / "lacks_another.py").write_text("import another_that_is_missing")
    (tmp_path / "broken_itself.py").write_text("raise ImportError('too old')")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ModuleNotFoundError, match="another_that_is_missing") as caught:
        import_optional_dependency("lacks_another", extra="remote", purpose="reading")
    assert not isinstance(caught.value, MissingDependencyError)
    with pytest.raises(ImportError, match=r"^too old$"):
        import_optional_dependency("broken_itself", extra="remote", purpose="reading")


def test_the_package_imports_none_of_them() -> None:
    code = "import sys, suricata_eve; print([m for m in ('fsspec', 'tqdm') if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"
