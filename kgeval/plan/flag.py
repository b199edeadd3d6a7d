"""The words by which results say that a number is withheld, and that it comes from a full count."""

SUPPRESS = "suppress"  # in the column ``flag``: too few stand behind the number to show it
CENSUS = "census"  # in the column ``interval_method``: everybody was asked, so there is no sampling error
