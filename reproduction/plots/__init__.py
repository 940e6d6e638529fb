"""The plots of the report, in the style of the originals."""
