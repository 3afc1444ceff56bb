"""Compile ``engine/ledger/many.c`` into a wheel, where that can be done; else do without.

It takes a C compiler, and the headers of Python and OpenSSL. Nothing depends on it:
``engine/ledger/many.py`` has Python beside it. The reason why it was not built is in the
build's log (``pip install -v``). With ``HANDRAIL_PURE`` set it is not tried.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from hashlib import sha256
from pathlib import Path
from shlex import split
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("engine/ledger/many.c")
NAME = "_many.abi3.so"
LOADS = "import _many"


class Compiling(BuildHookInterface[BuilderConfig]):
    """Puts the module beside the rooms: ``handrail._many``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say what the wheel is then. A wheel without it is one for every system."""
        self.folder = TemporaryDirectory()
        if os.environ.get("HANDRAIL_PURE"):
            return
        made = Path(self.folder.name, NAME)
        try:
            _compile(Path(self.root, SOURCE), made)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", "") or ""
            self.app.display_warning(f"{SOURCE} is left out, Python does its work: {error}\n{said}")
            return
        # An editable install has it in the environment: a tree is shared by several.
        where = "force_include_editable" if version == "editable" else "force_include"
        build_data[where][str(made)] = f"handrail/{NAME}"
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"cp311-abi3-{platform}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - hatchling's signature
        """Clean up."""
        self.folder.cleanup()


def _compile(source: Path, made: Path) -> None:
    """Call the compiler that Python was made with, and see that what it makes can be loaded.

    :raises OSError: there is none.
    :raises subprocess.SubprocessError: it failed.
    """
    link = split(sysconfig.get_config_var("LDSHARED") or "")
    if (
        not link
        or sys.implementation.name != "cpython"
        or sysconfig.get_config_var("Py_GIL_DISABLED")
    ):
        raise OSError("it is not for this Python")
    digest = sha256(source.read_bytes()).hexdigest()
    include = sysconfig.get_path("include")
    flags = ["-O2", "-fPIC", f'-DSOURCE="{digest}"', f"-I{include}"]
    _run([*link, *flags, str(source), "-lcrypto", "-o", str(made)])
    _run([sys.executable, "-c", LOADS], PYTHONPATH=str(made.parent))


def _run(command: list[str], **more: str) -> None:
    subprocess.run(  # noqa: S603 - the compiler that Python names, on our own source
        command, check=True, capture_output=True, text=True, env=os.environ | more
    )
