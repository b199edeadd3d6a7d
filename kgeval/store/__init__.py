"""Where artefacts lie: each written whole, with its provenance, and found again by its place.

A *place* is a path below the output folder without its suffix: ``<area key>/clean/<table>``,
``results/estimates``. A table lies there twice, ``.parquet`` for programs (types come back as they
were) and ``.csv`` for everything else, beside ``.provenance.json``, which names what the table was
made of and holds the checksums of both. The sidecar is written last: a table whose checksum
disagrees with it was torn and is refused.

A place with a part ``restricted`` lies in folders that only their owner may open.
"""

from kgeval.store.files import make_folder, sync_folder, write_whole
from kgeval.store.fingerprint import fingerprint, fingerprints, sha256, to_json
from kgeval.store.provenance import Provenance, versions
from kgeval.store.store import JOURNAL, SHARED, SIDECAR, STAGED_ROOT, STAGING, Store
from kgeval.store.synthetic import SYNTHETIC, made_by_simulation
from kgeval.store.text import text_storage

__all__ = [
    "JOURNAL",
    "SHARED",
    "SIDECAR",
    "STAGED_ROOT",
    "STAGING",
    "SYNTHETIC",
    "Provenance",
    "Store",
    "fingerprint",
    "fingerprints",
    "made_by_simulation",
    "make_folder",
    "sha256",
    "sync_folder",
    "text_storage",
    "to_json",
    "versions",
    "write_whole",
]
