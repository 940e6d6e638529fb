"""The reports' claims as executable checks."""

from numlp.reproduction.claims import batch_norm, others, searches, sensitivity
from numlp.reproduction.claims.claim import Claim, Evidence, Finding, examine

__all__ = ["CLAIMS", "Claim", "Evidence", "Finding", "examine"]


def _order(claim: Claim) -> tuple[str, int]:
    report, _, number = claim.id.partition(".")
    return report, int(number)


CLAIMS: tuple[Claim, ...] = tuple(sorted((*batch_norm.CLAIMS, *sensitivity.CLAIMS, *searches.CLAIMS, *others.CLAIMS), key=_order))
"""All of them, by report and number; X are our own."""
