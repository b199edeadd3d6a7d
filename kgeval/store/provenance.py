"""What an artefact was made of: study, inputs, parameters, versions. It knows no clock."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from typing import Any

_ENGINE = ("kgeval", "numpy", "pandas", "pyarrow", "scipy", "statsmodels", "matplotlib")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What an artefact was made of. It knows no clock: same input, same bytes.

    Parameters
    ----------
    study, study_sha256
        The study's key and the fingerprint of its folder.
    inputs
        Path below the data folder (forward slashes) to sha256.
    parameters
        What the maker was asked for; no paths of this machine.
    versions
        Package to version, as ``versions()`` gives them.
    """

    study: str
    study_sha256: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data, ready for JSON."""
        return {
            "study": self.study,
            "study_sha256": self.study_sha256,
            "inputs": dict(sorted(self.inputs.items())),
            "parameters": dict(sorted(self.parameters.items())),
            "versions": dict(sorted(self.versions.items())),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Provenance:
        """Return the provenance that ``as_dict`` wrote; unknown keys are left aside."""
        names = ("study", "study_sha256", "inputs", "parameters", "versions")
        return cls(**{name: data[name] for name in names if name in data})


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of Python, kgeval and the packages that numbers and pictures depend on."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in _ENGINE:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # a checkout that was not installed
            found[package] = "not installed"
    return found
