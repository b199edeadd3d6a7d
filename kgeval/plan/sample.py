"""How a table was sampled: which columns hold weight, clusters, strata and population counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

SingleCluster = Literal["fail", "adjust", "average", "remove", "certainty"]
Rounds = Literal["same_clusters", "independent", "partial"]


def stages(columns: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the column of each sampling stage, the first stage first; none is an empty tuple."""
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDesign:
    """Column names of a sample design; a column left out means the simplest thing.

    Parameters
    ----------
    weight
        Sampling weight, positive and finite. ``None``: every record weighs 1.
    cluster, stratum, population
        One column a stage (a name, or a tuple for several stages). No cluster: each record is its
        own. No stratum: one. ``population`` holds the number of first-stage units in the stratum
        (second-stage units in the cluster, and so on), or the sampled share of them at every stage, for
        finite-population corrections.
    census
        The table is declared a census of its frame: no sampling error at all.
    single_cluster
        What to do with a stratum that has one cluster.
    df
        ``"domain"``, ``"design"``, or a number fixed by the study.
    icc
        Intra-cluster correlation assumed where a sample of equal answers shows none.
    rounds
        How the samples of two rounds belong together.
    """

    weight: str | None = None
    cluster: str | tuple[str, ...] | None = None
    stratum: str | tuple[str, ...] | None = None
    population: str | tuple[str, ...] | None = None
    census: bool = False
    single_cluster: SingleCluster = "fail"
    df: Literal["domain", "design"] | float = "domain"
    icc: float = 0.05
    rounds: Rounds = "same_clusters"

    def first_stage(self) -> SampleDesign:
        """Return the design of the first stage alone: which clusters there are, not how they vary."""
        return replace(
            self,
            cluster=stages(self.cluster)[:1] or None,
            stratum=stages(self.stratum)[:1] or None,
            population=None,
            single_cluster="certainty",
        )
