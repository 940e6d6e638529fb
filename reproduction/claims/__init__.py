"""The reports' claims as executable checks."""

from reproduction.claims import on_batch_norm, on_searches, on_sensitivity, on_the_rest
from reproduction.claims.claim import Claim, Evidence, Finding, examine

__all__ = ["CLAIMS", "Claim", "Evidence", "Finding", "examine"]


def _order(claim: Claim) -> tuple[str, int]:
    report, _, number = claim.id.partition(".")
    return report, int(number)


CLAIMS: tuple[Claim, ...] = tuple(
    sorted((*on_batch_norm.CLAIMS, *on_sensitivity.CLAIMS, *on_searches.CLAIMS, *on_the_rest.CLAIMS), key=_order)
)
"""All of them, by report and number; X are our own."""
