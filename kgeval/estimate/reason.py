"""Why an estimate is missing, unusual or to be read with care: stable codes with figures.

The column ``reason`` holds ``code: words`` joined by ``"; "``, so no words have a semicolon of their own.
Codes never change their meaning; people read translations made from them. ``CODES`` lists those of every
result: of this room, of ``protect`` (``disclosure``) and of ``evaluate``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kgeval.estimate.units import Bools

Texts = npt.NDArray[np.object_]

CODES = {
    "empty_domain": "nobody counts in this domain",
    "no_answers": "nobody who counts has answered (in a change: in the named round)",
    "zero_denominator": "the denominator of the ratio adds up to 0",
    "one_cluster": "all answers come from one cluster, which cannot show a sampling error",
    "no_df": "the design leaves no degree of freedom",
    "no_variance": "the answers show no sampling variance though they differ: no interval",
    "all_equal": "all answers are the same: exact limits at a reduced sample size",
    "boundary": "the chosen interval is not defined at 0 or 100 %; the Korn-Graubard limits are given",
    "df_fallback": "clusters − strata is below 1, the smaller of clusters − 1 and the design's is used",
    "single_cluster": "strata with one cluster, and the rule that treated them",
    "clusters_nested": "a cluster id occurs in several strata and was read as several clusters",
    "breakdown_missing": "records without a value of the breakdown belong to none of its rows",
    "census": "a census: how many answered of how many, and how many are unknown",
    "no_key": "no column names the units, so the change of each is not known",
    "paired": "how many persons of the first round were met again",
    "cluster_coding": "cluster ids look shared by the rounds but are coded differently",
    "calibrated": "the weights reproduce known totals of the population, and by which method",
    "known_total": "calibration fixes this value, so it has no sampling error",
    "trimmed": "how many weights were cut to which limits; the limits are taken as fixed",
    "negative_weights": "how many calibrated weights are below 0",
    "replicates": "how many replicate weights of which kind give the variance",
    "outside": "a limit of the interval lies beyond the lowest or highest answer",
    "jackknife_quantile": "the jackknife may misjudge the error of a quantile",
    "separation": "a term of a logistic regression predicts the answer without error: no finite coefficient",
    "collinear": "a term of a regression cannot be told from those before it",
    "few_clusters": "standard error and degrees of freedom corrected for few clusters (CR2)",
    "unlike_areas": "areas that answered in one of the two rounds only: who was asked differs as well",
    "clusters_left": "how many clusters have records in one of the two rounds only",
    "not_comparable": "the study says that the rounds cannot be compared",
    "disclosure": "withheld, and the rule that would say too much about a few persons or groups",
    "interval_contains_target": "a verdict cannot be certain: the interval holds the target",
    "unknown_answers": "a verdict cannot be certain: a census's bounds of unknown answers hold the target",
    "no_interval": "a verdict cannot be certain: the estimate has no interval",
    "cannot_certify": "not even the best possible value would make a verdict of this sample certain",
    "nchs": "the rule of the presentation standard that decided the flag",
    "nchs2017": "the same, to the letter of 2017",
    "mics": "the same, MICS",
    "cv": "the same, classes of the coefficient of variation",
}


def blank(shape: tuple[int, ...], text: str = "") -> Texts:
    """Return an array of one text."""
    return np.full(shape, text, dtype=object)


def say(reason: Texts, where: Bools, text: str) -> None:
    """Add a code with its words to the marked places of ``reason``, in place."""
    if where.any():
        reason[where] = [join(said, text) for said in reason[where]]


def join(*texts: str) -> str:
    """Join what there is to say."""
    return "; ".join(text for text in texts if text)
