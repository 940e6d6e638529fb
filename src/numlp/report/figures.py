"""All figures of a run. The stages import this module where they draw: matplotlib takes its time."""

from numlp.report.confusion import confusion
from numlp.report.curves import curves
from numlp.report.images import confident_errors, first_layer
from numlp.report.style import save

__all__ = ["confident_errors", "confusion", "curves", "first_layer", "save"]
